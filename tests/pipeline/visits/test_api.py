"""Visits over REST, above all what a phone sends late, twice or as somebody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from pipeline.visits.models import Visit
from salesops.lib import clock
from tests.factories import Acme
from tests.pipeline.cast import customer
from tests.pipeline.visits.cast import DOOR, place_on_the_map, planned

pytestmark = pytest.mark.django_db
ClientFor = Callable[..., Client]
_JSON = "application/json"


def _kept(acme: Acme, when: datetime, **more: Any) -> dict[str, Any]:
    arrival = {
        "captured_at": when.isoformat(),
        "latitude": str(DOOR[0]),
        "longitude": str(DOOR[1]),
        "accuracy_m": 12,
    }
    return {"member": acme.rob.pk, "arrival": arrival, **more}


def _report(when: datetime) -> dict[str, Any]:
    return {"outcome": "order", "checked_out_at": when.isoformat(), "note": "Six"}


def test_what_a_phone_kept_is_stored_once_however_often_it_is_sent(in_acme: Acme, client_for: ClientFor) -> None:
    buyer = place_on_the_map(customer(in_acme, owner=in_acme.rob))
    client, key = client_for(in_acme.rob), uuid4()
    when = clock.now() - timedelta(hours=2)
    body = _kept(in_acme, when, customer_name=buyer.name, report=_report(when))
    first, again = (client.put(f"/t/acme/api/v1/visits/kept/{key}/", body, _JSON) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert (first.json()["state"], first.json()["verification"]) == ("done", "verified")
    assert Visit.objects.count() == 1


def test_a_planned_visit_is_checked_in_and_later_finished(in_acme: Acme, client_for: ClientFor) -> None:
    visit = planned(in_acme, in_acme.rob, when=clock.now(), at=clock.now())
    client, when = client_for(in_acme.rob), clock.now()
    address = f"/t/acme/api/v1/visits/kept/{visit.client_key}/"
    arrived = client.put(address, _kept(in_acme, when, version=1), _JSON)
    assert arrived.json()["state"] == "checked_in"
    done = client.put(address, _kept(in_acme, when, version=1, report=_report(when)), _JSON)
    assert (done.status_code, done.json()["state"]) == (200, "done")


def test_nobody_sends_what_another_kept(in_acme: Acme, client_for: ClientFor) -> None:
    body = _kept(in_acme, clock.now(), customer_name="Globex")
    answer = client_for(in_acme.sam).put(f"/t/acme/api/v1/visits/kept/{uuid4()}/", body, _JSON)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "not_yours")
    assert not Visit.objects.exists()


@pytest.mark.parametrize(
    ("arrival", "code"),
    [
        ({"captured_at": "2199-01-01T00:00:00Z"}, "future"),
        ({"captured_at": "2020-01-01T00:00:00Z"}, "too_old"),
        ({"latitude": "91", "longitude": "0", "accuracy_m": 1}, "out_of_range"),
        ({"latitude": "1", "longitude": None, "accuracy_m": 1}, "bad_position"),
        ({"accuracy_m": -5}, "out_of_range"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(
    in_acme: Acme, client_for: ClientFor, arrival: dict[str, Any], code: str
) -> None:
    buyer = customer(in_acme, owner=in_acme.rob)
    body = _kept(in_acme, clock.now(), customer=buyer.pk)
    body["arrival"] |= arrival
    answer = client_for(in_acme.rob).put(f"/t/acme/api/v1/visits/kept/{uuid4()}/", body, _JSON)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)
    assert not Visit.objects.exists()


def test_the_key_of_a_post_is_the_visit_s_own(in_acme: Acme, client_for: ClientFor) -> None:
    buyer, key = customer(in_acme, owner=in_acme.rob), str(uuid4())
    body = {"customer": buyer.pk, "planned_for": (clock.now() + timedelta(days=1)).isoformat()}
    client = client_for(in_acme.rob)
    headers = {"Idempotency-Key": key}
    first, again = (client.post("/t/acme/api/v1/visits/", body, _JSON, headers=headers) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert first.json()["client_key"] == key


def test_an_edit_needs_the_etag_and_the_list_narrows(in_acme: Acme, client_for: ClientFor) -> None:
    now = clock.now()
    visit = planned(in_acme, in_acme.rob, when=now + timedelta(hours=1), at=now)
    client, address = client_for(in_acme.rob), f"/t/acme/api/v1/visits/{visit.pk}/"
    etag = client.get(address).headers["ETag"]
    body = {"purpose": "Sign"}
    assert client.patch(address, body, _JSON).status_code == 428
    moved = client.patch(address, body, _JSON, headers={"If-Match": etag})
    assert (moved.status_code, moved.json()["purpose"]) == (200, "Sign")
    assert client.patch(address, {"purpose": "X"}, _JSON, headers={"If-Match": etag}).status_code == 412
    etag = moved.headers["ETag"]
    arrived = client.post(
        f"{address}check-in/", {"captured_at": now.isoformat(), "place": "Gate"}, _JSON, headers={"If-Match": etag}
    )
    assert arrived.json()["state"] == "checked_in"
    done = client.post(
        f"{address}finish/",
        {"outcome": "not_now", "checked_out_at": clock.now().isoformat()},
        _JSON,
        headers={"If-Match": arrived.headers["ETag"]},
    )
    assert done.json()["state"] == "done"
    for query, count in (("", 1), ("?state=planned", 0), ("?state=done", 1), (f"?customer={visit.customer_id}", 1)):
        assert len(client.get(f"/t/acme/api/v1/visits/{query}").json()["results"]) == count
