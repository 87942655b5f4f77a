from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from pipeline import facts
from pipeline.deals.models import Deal
from pipeline.deals.stages import ensure_stages
from tests.factories import MARKER, Acme, Stranger
from tests.pipeline.cast import TODAY, customer, deal, product, won

pytestmark = pytest.mark.django_db
ClientFor = Callable[..., Client]
HTMX = {"HX-Request": "true"}
EVER = facts.Slice(date(2000, 1, 1), date(2100, 1, 1))


@pytest.fixture
def strangers_deal(stranger: Stranger) -> Deal:
    from accounts.tenancy.context import tenant_scope  # noqa: PLC0415

    with tenant_scope(stranger.tenant.pk):
        bought = customer(stranger, f"Customer {MARKER}")
        return deal(stranger, stranger.rep, customer_id=bought.pk, amount=1_00)


def queries_of(client: Client, url: str) -> int:
    """What a warm page asks the database, without the savepoints in which it runs."""
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return sum("SAVEPOINT" not in query["sql"] for query in queries)


def test_the_list_shows_the_deals_of_ones_scope_only(in_acme: Acme, client_for: ClientFor) -> None:
    mine, other = deal(in_acme, in_acme.rob), deal(in_acme, in_acme.sam)
    page = client_for(in_acme.rob).get("/t/acme/deals/").content.decode()
    assert mine.reference in page
    assert other.reference not in page


def test_the_filters_narrow_the_list_by_stage_owner_customer_text_and_period(
    in_acme: Acme, client_for: ClientFor
) -> None:
    globex, hooli = customer(in_acme, "Globex"), customer(in_acme, "Hooli")
    sold = won(in_acme, in_acme.rob, closed_on=date(2026, 2, 3), customer_id=globex.pk)
    lead = deal(in_acme, in_acme.sam, customer_id=hooli.pk)
    client = client_for(in_acme.ada)
    for query, found in (
        (f"stage={sold.stage_id}", sold),
        (f"owner={in_acme.sam.pk}", lead),
        (f"customer={globex.pk}", sold),
        ("search=hoo", lead),
        (f"search={sold.reference[:5].lower()}", sold),
        ("period=2026-Q1", sold),
        ("period=2026-02", sold),
    ):
        page = client.get(f"/t/acme/deals/?{query}", headers=HTMX).content.decode()
        assert [one.reference in page for one in (sold, lead)] == [found is sold, found is lead], query


@pytest.mark.parametrize("query", ["stage=x", "owner=99999999999999999999", "period=soon", "cursor=!!", "search=%00"])
def test_a_nonsensical_filter_does_not_break_the_list(client_for: ClientFor, in_acme: Acme, query: str) -> None:
    assert client_for(in_acme.ada).get(f"/t/acme/deals/?{query}").status_code == 200


def test_the_list_goes_on_by_key_and_loses_no_deal(in_acme: Acme, client_for: ClientFor) -> None:
    made = {deal(in_acme, in_acme.rob).reference for _ in range(60)}
    client = client_for(in_acme.rob)
    first = client.get("/t/acme/deals/")
    assert len(first.context["rows"]) == 50
    second = client.get(f"/t/acme/deals/{first.context['next_url']}")
    shown = [one.deal.reference for page in (first, second) for one in page.context["rows"]]
    assert sorted(shown) == sorted(made)


@pytest.mark.parametrize("address", ["deals/", "customers/", "products/", "credits/", "imports/"])
def test_a_list_asks_the_database_as_often_for_30_rows_as_for_3(
    in_acme: Acme, client_for: ClientFor, address: str
) -> None:
    client = client_for(in_acme.ada)

    def asked(rows: int) -> int:
        for number in range(rows):
            buyer, sold = customer(in_acme, f"C {rows} {number}"), product(in_acme, f"P {rows} {number}")
            won(in_acme, in_acme.rob, customer_id=buyer.pk, product_id=sold.pk)
        return queries_of(client, f"/t/acme/{address}")

    few, many = asked(3), asked(27)
    assert few == many
    assert many <= 12


def test_the_deal_page_asks_at_most_twelve_times_whatever_its_history(in_acme: Acme, client_for: ClientFor) -> None:
    made = won(in_acme, in_acme.rob, customer_id=customer(in_acme).pk)
    assert queries_of(client_for(in_acme.max), f"/t/acme/deals/{made.pk}/") <= 12


def test_a_rep_wins_the_own_deal_in_the_browser_and_is_credited(in_acme: Acme, client_for: ClientFor) -> None:
    made = deal(in_acme, in_acme.rob)
    client = client_for(in_acme.rob)
    form = client.get(f"/t/acme/deals/{made.pk}/win/", headers=HTMX)
    assert b'name="amount"' in form.content
    sent = {"version": 1, "amount": "1,206.88", "closed_on": "2026-03-01"}
    answer = client.post(f"/t/acme/deals/{made.pk}/win/", sent)
    assert (answer.status_code, answer["Location"]) == (303, f"/t/acme/deals/{made.pk}/")
    assert facts.total(EVER).value == 120688
    assert b"1,206.88" in client.get(f"/t/acme/deals/{made.pk}/").content


def test_a_form_with_errors_answers_422_and_keeps_what_was_typed(in_acme: Acme, client_for: ClientFor) -> None:
    made = deal(in_acme, in_acme.rob)
    sent = {"version": 1, "amount": "a lot", "closed_on": "2026-03-01"}
    answer = client_for(in_acme.rob).post(f"/t/acme/deals/{made.pk}/win/", sent, headers=HTMX)
    assert answer.status_code == 422
    assert b"a lot" in answer.content
    assert "is not an amount" in answer.content.decode()


def test_a_second_browser_with_an_older_version_is_told_what_changed(in_acme: Acme, client_for: ClientFor) -> None:
    made = deal(in_acme, in_acme.rob)
    client = client_for(in_acme.rob)
    sent: dict[str, Any] = {"version": 1, "owner": in_acme.rob.pk, "amount": "5", "units": 1}
    assert client.post(f"/t/acme/deals/{made.pk}/edit/", sent).status_code == 303
    answer = client.post(f"/t/acme/deals/{made.pk}/edit/", sent | {"amount": "6"})
    assert answer.status_code == 422
    assert "Rob Rep changed this deal meanwhile (amount)" in answer.content.decode()
    assert Deal.objects.get(pk=made.pk).amount == 500


def test_a_deal_is_created_in_the_browser_with_its_customer_by_name(in_acme: Acme, client_for: ClientFor) -> None:
    buyer = customer(in_acme, "Globex", owner=in_acme.rob)
    sent = {"owner": in_acme.rob.pk, "customer": "Globex", "units": 2, "amount": "10.50", "reference": "R-1"}
    answer = client_for(in_acme.rob).post("/t/acme/deals/new/", sent)
    assert answer.status_code == 303
    made = Deal.objects.get(reference="R-1")
    assert (made.customer_id, made.amount, made.units) == (buyer.pk, 1050, 2)


def test_moving_and_reopening_in_the_browser(in_acme: Acme, client_for: ClientFor) -> None:
    made = deal(in_acme, in_acme.rob)
    engaging = ensure_stages(in_acme.operator).open[1]
    client = client_for(in_acme.rob)
    client.post(f"/t/acme/deals/{made.pk}/move/", {"version": 1, "stage": engaging.pk})
    client.post(f"/t/acme/deals/{made.pk}/lose/", {"version": 2, "closed_on": "2026-03-01", "reason": "price"})
    assert Deal.objects.get(pk=made.pk).stage.name == "Lost"
    client.post(f"/t/acme/deals/{made.pk}/reopen/", {"version": 3})
    assert Deal.objects.get(pk=made.pk).stage_id == engaging.pk


def test_another_companys_deal_is_not_found_at_any_address(
    in_acme: Acme, strangers_deal: Deal, client_for: ClientFor
) -> None:
    client = client_for(in_acme.ada)
    for address in ("", "edit/", "win/", "lose/", "reopen/"):
        answer = client.get(f"/t/acme/deals/{strangers_deal.pk}/{address}")
        assert answer.status_code == 404
        assert MARKER.encode() not in answer.content
    for address in ("edit/", "move/", "win/", "lose/", "reopen/"):
        assert client.post(f"/t/acme/deals/{strangers_deal.pk}/{address}", {"version": 1}).status_code == 404
    assert client.get(f"/t/stranger/deals/{strangers_deal.pk}/").status_code == 404


def test_another_companys_ids_and_names_in_the_forms_are_field_errors(
    in_acme: Acme, stranger: Stranger, strangers_deal: Deal, client_for: ClientFor
) -> None:
    made = deal(in_acme, in_acme.rob)
    client = client_for(in_acme.ada)
    sent: dict[str, Any] = {"version": 1, "owner": in_acme.rob.pk, "units": 1}
    for name, value in (
        ("owner", stranger.rep.pk),
        ("product", 10**9),
        ("customer", f"Customer {MARKER}"),
    ):
        answer = client.post(f"/t/acme/deals/{made.pk}/edit/", sent | {name: value})
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == [name]
    client.post(f"/t/acme/deals/{made.pk}/move/", {"version": 1, "stage": strangers_deal.stage_id})
    assert Deal.objects.get(pk=made.pk).version == 1


def test_hr_sees_deals_and_changes_none(in_acme: Acme, client_for: ClientFor) -> None:
    made = deal(in_acme, in_acme.rob)
    client = client_for(in_acme.hana)
    page = client.get(f"/t/acme/deals/{made.pk}/")
    assert page.status_code == 200
    assert b"/win/" not in page.content
    assert client.post(f"/t/acme/deals/{made.pk}/win/", {"version": 1}).status_code == 403


def test_the_sum_on_the_credits_page_is_that_of_its_lines_and_of_the_link(in_acme: Acme, client_for: ClientFor) -> None:
    from pipeline.ledger.links import credits_url  # noqa: PLC0415

    won(in_acme, in_acme.rob, amount=741_25)
    won(in_acme, in_acme.sam, amount=100_00)
    url = credits_url("acme", facts.Slice(date(2026, 1, 1), TODAY, regions=[in_acme.east.pk]))
    page = client_for(in_acme.ada).get(url)
    assert page.context["total"] == 741_25
    assert [row.participant for row in page.context["rows"]] == ["Rob Rep"]
    assert "$741.25" in page.content.decode()


def test_a_rep_sees_the_own_credits_only_whatever_the_address_asks(in_acme: Acme, client_for: ClientFor) -> None:
    won(in_acme, in_acme.rob, amount=741_25)
    won(in_acme, in_acme.sam, amount=100_00)
    client = client_for(in_acme.rob)
    assert client.get("/t/acme/credits/").context["total"] == 741_25
    assert client.get(f"/t/acme/credits/?participant={in_acme.sam.pk}").context["total"] == 0


@pytest.mark.parametrize("query", ["first=soon", "basis=wished", "team=1;2", "deal=-1"])
def test_a_nonsensical_slice_is_no_page(in_acme: Acme, client_for: ClientFor, query: str) -> None:
    assert client_for(in_acme.ada).get(f"/t/acme/credits/?{query}").status_code == 404


def test_the_path_of_a_closed_deal_has_the_stages_it_has_been_in(in_acme: Acme, client_for: ClientFor) -> None:
    opened, closed = deal(in_acme, in_acme.rob), won(in_acme, in_acme.rob)
    client = client_for(in_acme.rob)
    ahead, behind = (client.get(f"/t/acme/deals/{one.pk}/").context for one in (opened, closed))
    assert (ahead["path"], ahead["at"]) == (["Prospecting", "Engaging", "Won"], 0)
    assert (behind["path"], behind["at"]) == (["Prospecting", "Won"], 1), "it never was in Engaging"
