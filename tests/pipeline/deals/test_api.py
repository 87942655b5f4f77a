from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from pipeline.deals.models import Deal
from tests.factories import MARKER, Acme, Stranger
from tests.pipeline.cast import customer, deal, product, won

pytestmark = pytest.mark.django_db
ClientFor = Callable[..., Client]
API = "/t/acme/api/v1"


def send(client: Client, method: str, path: str, body: dict[str, Any], **headers: str) -> Any:
    return getattr(client, method)(f"{API}{path}", body, content_type="application/json", headers=headers)


def test_the_list_shows_ones_scope_by_key_with_money_as_strings(in_acme: Acme, client_for: ClientFor) -> None:
    mine = deal(in_acme, in_acme.rob, amount=120688)
    deal(in_acme, in_acme.sam)
    body = client_for(in_acme.rob).get(f"{API}/deals/").json()
    assert [(one["id"], one["amount"], one["stage"]) for one in body["results"]] == [
        (mine.pk, "1206.88", "Prospecting")
    ]


def test_a_deal_is_created_once_for_one_idempotency_key(in_acme: Acme, client_for: ClientFor) -> None:
    client = client_for(in_acme.rob)
    body = {"owner": in_acme.rob.pk, "amount": "10.50", "reference": "R-1"}
    answers = [send(client, "post", "/deals/", body, **{"Idempotency-Key": "k"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Deal.objects.get(reference="R-1").amount == 1050


def test_an_edit_needs_the_version_that_was_read(in_acme: Acme, client_for: ClientFor) -> None:
    made = deal(in_acme, in_acme.rob)
    client = client_for(in_acme.rob)
    path = f"/deals/{made.pk}/"
    tag = client.get(f"{API}{path}")["ETag"]
    assert send(client, "patch", path, {"units": 2}).status_code == 428
    changed = send(client, "patch", path, {"units": 2}, **{"If-Match": tag})
    assert (changed.status_code, changed.json()["units"]) == (200, 2)
    assert send(client, "patch", path, {"units": 3}, **{"If-Match": tag}).status_code == 412
    assert Deal.objects.get(pk=made.pk).units == 2


def test_win_and_reopen_credit_and_take_back(in_acme: Acme, client_for: ClientFor) -> None:
    made = deal(in_acme, in_acme.rob)
    client = client_for(in_acme.rob)
    tag = client.get(f"{API}/deals/{made.pk}/")["ETag"]
    sent = {"amount": "99.90", "closed_on": "2026-03-01"}
    won_deal = send(client, "post", f"/deals/{made.pk}/win/", sent, **{"If-Match": tag})
    assert won_deal.json()["stage_kind"] == "won"
    reopened = send(client, "post", f"/deals/{made.pk}/reopen/", {}, **{"If-Match": won_deal["ETag"]})
    assert (reopened.json()["stage"], reopened.json()["closed_on"]) == ("Prospecting", None)
    lines = client.get(f"{API}/credits/").json()["results"]
    assert [line["amount"] for line in lines] == ["99.90", "-99.90"]
    assert lines[1]["reverses"] == lines[0]["id"]
    lost = send(
        client,
        "post",
        f"/deals/{made.pk}/lose/",
        {"closed_on": "2026-03-02", "reason": "price"},
        **{"If-Match": reopened["ETag"]},
    )
    assert lost.json()["stage"] == "Lost"


@pytest.mark.parametrize(("amount", "status"), [(10.5, 400), ("NaN", 400), ("-1", 422), ("0.001", 400)])
def test_a_float_or_a_bad_amount_is_refused(in_acme: Acme, client_for: ClientFor, amount: object, status: int) -> None:
    body = {"owner": in_acme.rob.pk, "amount": amount}
    assert send(client_for(in_acme.rob), "post", "/deals/", body).status_code == status


def test_another_companys_ids_are_404_in_addresses_and_422_in_fields(
    in_acme: Acme, stranger: Stranger, client_for: ClientFor
) -> None:
    from accounts.tenancy.context import tenant_scope  # noqa: PLC0415

    with tenant_scope(stranger.tenant.pk):
        bought, sold = customer(stranger, f"C {MARKER}"), product(stranger, f"P {MARKER}")
        theirs = deal(stranger, stranger.rep, customer_id=bought.pk)
    mine = deal(in_acme, in_acme.rob)
    client = client_for(in_acme.ada)
    paths = [f"/deals/{theirs.pk}/", f"/customers/{bought.pk}/", f"/products/{sold.pk}/"]
    for path in paths:
        answer = client.get(f"{API}{path}")
        assert answer.status_code == 404
        assert MARKER.encode() not in answer.content
    assert send(client, "patch", paths[0], {"units": 2}, **{"If-Match": "x"}).status_code == 404
    tag = client.get(f"{API}/deals/{mine.pk}/")["ETag"]
    for body in ({"owner": stranger.rep.pk}, {"customer": bought.pk}, {"product": sold.pk}):
        answer = send(client, "patch", f"/deals/{mine.pk}/", body, **{"If-Match": tag})
        assert (answer.status_code, answer.json()["field"]) == (422, next(iter(body)))


def test_customers_and_products_are_written_over_rest(in_acme: Acme, client_for: ClientFor) -> None:
    client = client_for(in_acme.ada)
    made = send(client, "post", "/customers/", {"name": "Globex", "annual_revenue": "5.50"})
    assert (made.status_code, made.json()["annual_revenue"]) == (201, "5.50")
    path = f"/customers/{made.json()['id']}/"
    changed = send(client, "patch", path, {"industry": "retail"}, **{"If-Match": made["ETag"]})
    assert (changed.json()["industry"], changed.json()["annual_revenue"], changed.json()["version"]) == (
        "retail", "5.50", 2,
    )  # fmt: skip
    anvil = send(client, "post", "/products/", {"name": "Anvil", "list_price": "3"})
    put = send(
        client, "put", f"/products/{anvil.json()['id']}/", {"name": "Anvil", "category": "Iron"},
        **{"If-Match": anvil["ETag"]},
    )  # fmt: skip
    assert put.json() == {"id": anvil.json()["id"], "name": "Anvil", "category": "Iron", "list_price": None}
    assert send(client, "post", "/products/", {"name": "Anvil"}).status_code == 422


def test_reps_read_the_own_credits_only(in_acme: Acme, client_for: ClientFor) -> None:
    won(in_acme, in_acme.rob, amount=1_00)
    won(in_acme, in_acme.sam, amount=2_00)
    lines = client_for(in_acme.rob).get(f"{API}/credits/").json()["results"]
    assert [line["amount"] for line in lines] == ["1.00"]
