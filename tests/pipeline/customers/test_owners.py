"""Whose customer it was, day by day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.people.models import Member
from pipeline.customers.models import Customer, CustomerOwner
from pipeline.customers.owners import owners_of
from pipeline.customers.services import CustomerValues, edit_customer
from pipeline.deals.services import win
from pipeline.handover.registry import Chosen, every_step
from tests.factories import Acme
from tests.pipeline.cast import TODAY, customer, deal

pytestmark = pytest.mark.django_db
ClientFor = Callable[..., Client]
Spans = list[tuple[str, date | None, date | None]]


def _give(in_acme: Acme, made: Customer, owner: Member | None, day: date) -> Customer:
    made.refresh_from_db()
    values = replace(CustomerValues.of(made), owner_id=owner.pk if owner else None)
    return edit_customer(actor=in_acme.operator, customer_id=made.pk, version=made.version, values=values, as_of=day)


def _spans(made: Customer) -> Spans:
    return [(row.owner.full_name, row.starts_on, row.ends_on) for row in owners_of(made.pk)]


def test_every_change_of_owner_ends_one_span_and_begins_another(in_acme: Acme) -> None:
    globex = customer(in_acme, "Globex", in_acme.rob)
    _give(in_acme, globex, in_acme.rita, date(2026, 4, 10))
    _give(in_acme, globex, None, date(2026, 5, 1))
    _give(in_acme, globex, in_acme.sam, date(2026, 6, 1))
    assert _spans(globex) == [
        ("Sam Rep", date(2026, 6, 1), None),
        ("Rita Rep", date(2026, 4, 10), date(2026, 4, 30)),
        ("Rob Rep", TODAY, date(2026, 4, 9)),
    ]


def test_of_two_changes_on_one_day_the_last_one_holds(in_acme: Acme) -> None:
    globex = customer(in_acme, "Globex", in_acme.rob)
    _give(in_acme, globex, in_acme.rita, TODAY)
    assert _spans(globex) == [("Rita Rep", TODAY, None)]


def test_an_owner_of_before_the_history_is_noted_without_a_beginning(in_acme: Acme) -> None:
    globex = customer(in_acme, "Globex", in_acme.rob)
    CustomerOwner.objects.all().delete()
    _give(in_acme, globex, in_acme.rita, date(2026, 4, 1))
    assert _spans(globex) == [("Rita Rep", date(2026, 4, 1), None), ("Rob Rep", None, TODAY)]


def test_the_database_keeps_two_owners_from_one_day(in_acme: Acme) -> None:
    globex = customer(in_acme, "Globex", in_acme.rob)
    with pytest.raises(IntegrityError), transaction.atomic():
        CustomerOwner.objects.create(customer=globex, owner=in_acme.rita, starts_on=date(2026, 4, 1))


def test_a_handover_moves_customers_with_their_history(in_acme: Acme) -> None:
    step = next(step for step in every_step() if step.name == "customers")
    kept, given = customer(in_acme, "Kept", in_acme.rob), customer(in_acme, "Given", in_acme.rob)
    day = date(2026, 4, 1)
    assert step.count(in_acme.operator, in_acme.rob.pk, day) == 2
    chosen = Chosen(customers=frozenset({given.pk}))
    assert step.move(in_acme.operator, in_acme.rob.pk, in_acme.rita.pk, day, chosen) == 1
    given.refresh_from_db()
    assert (given.owner, given.version) == (in_acme.rita, 2)
    assert _spans(given)[0] == ("Rita Rep", day, None)
    assert _spans(kept) == [("Rob Rep", TODAY, None)]


def test_over_rest_the_history_begins_with_the_present_owner(in_acme: Acme, client_for: ClientFor) -> None:
    globex = customer(in_acme, "Globex", in_acme.rob)
    _give(in_acme, globex, in_acme.rita, date(2026, 4, 1))
    rows = client_for(in_acme.eve).get(f"/t/acme/api/v1/customers/{globex.pk}/owners/").json()["results"]
    assert [(row["owner"], row["ends_on"]) for row in rows] == [(in_acme.rita.pk, None), (in_acme.rob.pk, "2026-03-31")]


def test_who_has_bought_is_no_prospect_any_more(in_acme: Acme) -> None:
    globex = customer(in_acme, "Globex", in_acme.rob)
    assert globex.status == Customer.Status.PROSPECT
    sale = deal(in_acme, in_acme.rob, customer_id=globex.pk)
    win(actor=in_acme.operator, deal_id=sale.pk, version=1, amount=100, closed_on=TODAY, as_of=TODAY)
    globex.refresh_from_db()
    assert globex.status == Customer.Status.CUSTOMER
