"""Risks over REST."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from pipeline.risks.models import Risk
from tests.factories import Acme
from tests.pipeline.cast import deal
from tests.pipeline.risks.cast import finding, night

pytestmark = pytest.mark.django_db
ClientFor = Callable[..., Client]
BASE = "/t/acme/api/v1"


@pytest.fixture
def risk(in_acme: Acme) -> Risk:
    night([finding(deal(in_acme, in_acme.rob))])
    found: Risk = Risk.objects.get()
    return found


def send(client: Client, method: str, path: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
    return client.generic(method, f"{BASE}{path}", json.dumps(body or {}), "application/json", headers=headers)


def test_the_list_tells_each_risk_in_words_with_its_evidence(in_acme: Acme, client_for: ClientFor, risk: Risk) -> None:
    answer = client_for(in_acme.rob).get(f"{BASE}/risks/").json()
    (shown,) = answer["results"]
    assert (shown["id"], shown["severity"], shown["state"]) == (risk.pk, 2, "open")
    assert shown["title"].endswith("stands still")
    assert shown["evidence"]["allowed"] == 30
    assert client_for(in_acme.sam).get(f"{BASE}/risks/").json()["results"] == []


def test_an_action_wants_the_etag_of_what_was_read(in_acme: Acme, client_for: ClientFor, risk: Risk) -> None:
    client = client_for(in_acme.rob)
    path = f"/risks/{risk.pk}/acknowledge/"
    assert send(client, "POST", path).status_code == 428
    assert send(client, "POST", path, **{"If-Match": '"old"'}).status_code == 412
    tag = client.get(f"{BASE}/risks/{risk.pk}/")["ETag"]
    done = send(client, "POST", path, **{"If-Match": tag})
    assert (done.status_code, done.json()["state"]) == (200, "acknowledged")
    assert send(client, "POST", path, **{"If-Match": tag}).status_code == 412
    muted = {"until": "2020-01-01", "reason": "Fair"}
    assert send(client, "POST", f"/risks/{risk.pk}/mute/", muted, **{"If-Match": done["ETag"]}).status_code == 422


def test_entered_twice_with_one_key_it_is_one_risk(in_acme: Acme, client_for: ClientFor) -> None:
    client, body = client_for(in_acme.rob), {"title": "Price war", "severity": 1}
    first, again = (send(client, "POST", "/risks/", body, **{"Idempotency-Key": "k1"}) for _ in range(2))
    assert (first.status_code, again.status_code, first.json()) == (201, 201, again.json())
    assert Risk.objects.count() == 1


def test_a_plan_is_made_and_ticked_off(in_acme: Acme, client_for: ClientFor, risk: Risk) -> None:
    client = client_for(in_acme.rob)
    steps = f"/risks/{risk.pk}/steps/"
    step = send(client, "POST", steps, {"text": "Call"}).json()
    done = send(client, "PUT", f"{steps}{step['id']}/", {"done": True}).json()
    assert (done["text"], done["done_by"]) == ("Call", in_acme.rob.pk)
    assert [one["id"] for one in client.get(f"{BASE}{steps}").json()["results"]] == [step["id"]]
    assert send(client, "DELETE", f"{steps}{step['id']}/").status_code == 204
    assert client.get(f"{BASE}{steps}").json()["results"] == []


def test_what_is_watched_is_read_and_set(in_acme: Acme, client_for: ClientFor) -> None:
    client, path = client_for(in_acme.eve), "/risk-settings/deal.stalled/"
    kinds = [one["kind"] for one in client.get(f"{BASE}/risk-settings/").json()["results"]]
    assert {"deal.stalled", "deal.overdue", "customer.silent", "target.behind"} <= set(kinds)
    tag = client.get(f"{BASE}{path}")["ETag"]
    body = {"enabled": False, "severity": 3, "parameters": {"allowed": 21}}
    saved = send(client, "PUT", path, body, **{"If-Match": tag}).json()
    assert (saved["enabled"], saved["parameters"]) == (False, {"allowed": 21, "grave": 200})
    assert send(client, "PUT", path, body, **{"If-Match": tag}).status_code == 412
