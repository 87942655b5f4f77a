"""The board: its columns and sums, whoever writes and however, and moves from it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction

import pytest
from django.db import connection, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.measures import Window, find_measure
from accounts.tenancy.context import tenant_scope
from pipeline.board.selectors import Board, BoardFilter
from pipeline.board.totals import Total, differing, fold
from pipeline.deals import services
from pipeline.deals.models import Deal, StageTotal
from pipeline.deals.stages import ensure_stages
from tests import factories
from tests.factories import Acme
from tests.pipeline.cast import TODAY, acting, customer, deal, won
from tests.pipeline.deals.test_concurrency import at_once
from tests.pipeline.stages.test_stages import with_gate

ClientFor = Callable[..., Client]
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/t/acme/deals/board/"}
in_one_transaction = pytest.mark.django_db


def move(client: Client, made: Deal, stage_id: int, **more: object) -> object:
    sent = {"version": made.version, "stage": stage_id, "board": "?", **more}
    return client.post(f"/t/acme/deals/{made.pk}/move/", sent, headers=HTMX)


# --- Sums -------------------------------------------------------------------------------------------------------------


def change(company: Acme, kind: str, which: int, number: int) -> None:
    """One way in which deals change, of some of them: by a service, in bulk, or behind everybody's back."""
    people, stages = (company.rob, company.rita, company.sam), ensure_stages(company.operator)
    some = Deal.objects.filter(pk__in=[pk for pk in Deal.objects.values_list("pk", flat=True) if pk % 3 == which % 3])
    updates: dict[str, dict[str, object]] = {
        "amount": {"amount": number},
        "owner": {"owner": people[which % 3]},
        "stage": {"stage": stages.every[which % 4]},
        "month": {"expected_on": TODAY + timedelta(days=number % 400)},
        "win": {"stage": stages.won, "closed_on": TODAY, "amount": number},
    }
    if kind in updates:
        some.update(**updates[kind])
    elif kind == "add":
        deal(company, people[which % 3], amount=number or None)
    elif kind == "bulk":
        Deal.objects.bulk_create(
            Deal(
                reference=f"{secrets.token_hex(8)}", owner=one, stage=stages.every[at], stage_since=TODAY, amount=which
            )
            for at, one in enumerate(people)
        )
    elif kind == "delete":
        ids = list(some.filter(changes__isnull=True).values_list("pk", flat=True))
        with connection.cursor() as cursor:  # the history is append-only, so Django's cascade cannot
            cursor.execute("DELETE FROM pipeline_deal WHERE id = ANY(%s)", [ids])
    else:
        fold()


@in_one_transaction
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["add", "bulk", "amount", "owner", "stage", "month", "win", "delete", "fold"]),
            st.integers(0, 9),
            st.integers(0, 10**15),
        ),
        max_size=12,
    )
)
def test_the_kept_sums_are_always_those_of_the_deals(in_acme: Acme, steps: list[tuple[str, int, int]]) -> None:
    """Seen failing when a change of owner took nothing from the former one."""
    with transaction.atomic():
        for step in steps:
            change(in_acme, *step)
            assert differing() == 0
        transaction.set_rollback(True)


@in_one_transaction
def test_folding_leaves_one_row_for_each_stage_owner_and_month(in_acme: Acme) -> None:
    made = [deal(in_acme, in_acme.rob, amount=100 + n) for n in range(5)]
    Deal.objects.filter(pk=made[0].pk).update(amount=7)
    assert StageTotal.objects.count() == 6
    assert fold() == 1
    assert differing() == 0
    StageTotal.objects.update(amount=1)
    assert differing() == 1


@in_one_transaction
def test_columns_hold_what_is_in_scope_and_closes_in_time(in_acme: Acme) -> None:
    soon, late = date(2026, 4, 20), date(2026, 7, 1)
    first = ensure_stages(in_acme.operator).open[0]
    ours = deal(in_acme, in_acme.rob, amount=100, expected_on=soon)
    deal(in_acme, in_acme.rita, amount=20, expected_on=late)
    deal(in_acme, in_acme.rita, amount=3)
    deal(in_acme, in_acme.sam, amount=1000, expected_on=soon)
    won(in_acme, in_acme.rob, amount=5)
    won(in_acme, in_acme.rob, amount=50, closed_on=date(2026, 2, 27))
    stages = ensure_stages(in_acme.operator).every

    def shown(member: object, narrowed: BoardFilter) -> tuple[list[int | None], Total]:
        board = Board(acting(in_acme, member), TODAY, narrowed)  # type: ignore[arg-type]
        cards = board.cards(stages, {stage.pk: 20 for stage in stages})
        return [card.amount for card in cards[first.pk]], board.totals(stages).get(first.pk, Total())

    quarter = in_acme.tenant.calendar.parse("2026-Q2")
    assert shown(in_acme.max, BoardFilter()) == ([100, 20, 3], Total(3, 123))
    assert shown(in_acme.rob, BoardFilter()) == ([100], Total(1, 100))
    assert shown(in_acme.max, BoardFilter(closing=quarter)) == ([100], Total(1, 100))
    assert shown(in_acme.max, BoardFilter(owner_id=in_acme.sam.pk)) == ([], Total(0, 0))
    assert shown(in_acme.ada, BoardFilter(team_id=in_acme.south.pk)) == ([1000], Total(1, 1000))
    assert shown(in_acme.ada, BoardFilter(search=ours.reference)) == ([100], Total(1, 100))
    won_stage = stages[2]
    board = Board(acting(in_acme, in_acme.max), TODAY, BoardFilter())
    assert board.totals(stages)[won_stage.pk] == Total(1, 5)  # this month's only
    assert [card.amount for card in board.cards([won_stage], {won_stage.pk: 20})[won_stage.pk]] == [5]


@in_one_transaction
def test_past_their_age_are_those_longer_in_their_stage_than_it_allows(in_acme: Acme) -> None:
    with_gate(in_acme)  # allows 21 days
    for days in (21, 22, 40):
        made = deal(in_acme, in_acme.rob, amount=days)
        Deal.objects.filter(pk=made.pk).update(stage_since=TODAY - timedelta(days=days))
    board = Board(in_acme.operator, TODAY, BoardFilter())
    past = board.past_age(ensure_stages(in_acme.operator).every)
    assert (past.deals, past.amount) == (2, 62)


# --- Moves ------------------------------------------------------------------------------------------------------------


@in_one_transaction
def test_a_moved_card_comes_back_with_the_board(in_acme: Acme, client_for: ClientFor) -> None:
    made = deal(in_acme, in_acme.rob, amount=500)
    target = ensure_stages(in_acme.operator).open[1]
    answer = move(client_for(in_acme.rob), made, target.pk)
    assert (answer.status_code, answer["HX-Retarget"], answer["HX-Reswap"]) == (200, "#board", "outerHTML")  # type: ignore[attr-defined, index]
    assert Deal.objects.get(pk=made.pk).stage_id == target.pk


@in_one_transaction
def test_without_script_the_same_form_leads_back_to_the_board(in_acme: Acme, client_for: ClientFor) -> None:
    made = deal(in_acme, in_acme.rob)
    target = ensure_stages(in_acme.operator).open[1]
    sent = {"version": 1, "stage": target.pk, "board": "?closing=2026-Q2"}
    answer = client_for(in_acme.rob).post(f"/t/acme/deals/{made.pk}/move/", sent)
    assert (answer.status_code, answer["Location"]) == (303, "/t/acme/deals/board/?closing=2026-Q2")


@in_one_transaction
def test_a_closed_gate_answers_with_the_dialog_and_its_answer_moves_the_card(
    in_acme: Acme, client_for: ClientFor
) -> None:
    _, second = with_gate(in_acme, "amount", "customer")
    made, buyer, client = deal(in_acme, in_acme.rob), customer(in_acme, owner=in_acme.rob), client_for(in_acme.rob)
    asked = move(client, made, second.pk)
    page = asked.content.decode()  # type: ignore[attr-defined]
    assert asked["HX-Retarget"] == "#move-dialog .dialog-body"  # type: ignore[index]
    assert 'name="amount"' in page
    assert 'name="expected_on"' not in page
    assert "This field is required." not in page  # nobody has been asked yet
    assert Deal.objects.get(pk=made.pk).version == 1
    half = move(client, made, second.pk, amount="12.50", customer="")
    assert "This field is required." in half.content.decode()  # type: ignore[attr-defined]
    move(client, made, second.pk, amount="12.50", customer=buyer.name)
    assert list(Deal.objects.values_list("stage_id", "amount", "customer_id")) == [(second.pk, 1250, buyer.pk)]


@in_one_transaction
def test_a_card_put_on_won_or_lost_opens_the_dialog_of_that(in_acme: Acme, client_for: ClientFor) -> None:
    made, client = deal(in_acme, in_acme.rob, amount=5), client_for(in_acme.rob)
    stages = ensure_stages(in_acme.operator)
    assert b"Mark as won" in move(client, made, stages.won.pk).content  # type: ignore[attr-defined]
    asked = move(client, made, stages.lost.pk)
    assert b"Why was it lost?" in asked.content  # type: ignore[attr-defined]
    sent = {"version": 1, "board": "?", "closed_on": "2026-03-01", "reason": "price"}
    answer = client.post(f"/t/acme/deals/{made.pk}/lose/", sent, headers=HTMX)
    assert answer["HX-Retarget"] == "#board"
    assert "close-dialog" in answer["HX-Trigger"]
    assert Deal.objects.get(pk=made.pk).loss_reason == "price"


@in_one_transaction
def test_the_second_of_two_who_drag_a_card_is_told_and_sees_the_firsts_move(
    in_acme: Acme, client_for: ClientFor
) -> None:
    made = deal(in_acme, in_acme.rob, amount=5)
    target = ensure_stages(in_acme.operator).open[1]
    move(client_for(in_acme.rob), made, target.pk)
    answer = move(client_for(in_acme.max), made, target.pk)  # with the version from before
    assert "changed this deal meanwhile (stage)" in answer["HX-Trigger"]  # type: ignore[index]
    lane = answer.content.decode().partition(f'id="lane-{target.pk}"')[2]  # type: ignore[attr-defined]
    assert f'data-id="{made.pk}" data-version="2"' in lane.partition("</section>")[0]


@in_one_transaction
def test_a_column_shows_more_of_its_cards(in_acme: Acme, client_for: ClientFor) -> None:
    first = ensure_stages(in_acme.operator).open[0]
    Deal.objects.bulk_create(
        Deal(reference=f"D{n}", owner=in_acme.rob, stage=first, stage_since=TODAY, amount=100) for n in range(45)
    )
    client = client_for(in_acme.rob)
    page = client.get("/t/acme/deals/board/").content.decode()
    assert page.count("<article") == 20
    assert "25 more" in page
    more = client.get(f"/t/acme/deals/board/{first.pk}/?shown=40", headers=HTMX).content.decode()
    assert more.count("<article") == 40
    assert "5 more" in more
    assert 'id="board"' not in more


@pytest.mark.django_db(transaction=True)
def test_fifty_moves_at_once_lose_nothing() -> None:
    company = factories.load_acme()
    with tenant_scope(company.tenant.pk), transaction.atomic():
        stages = ensure_stages(company.operator)
        made = [deal(company, (company.rob, company.sam)[n % 2], amount=1000 + n).pk for n in range(25)]

    def drag(number: int) -> None:
        """Each card is dragged twice at once: forward, and to be won."""
        asked = {"actor": company.operator, "deal_id": made[number // 2], "version": 1, "as_of": TODAY}
        if number % 2:
            services.move_to_stage(stage_id=stages.open[1].pk, **asked)
        else:
            services.win(amount=1000 + number // 2, closed_on=TODAY, **asked)

    outcomes = at_once(company, drag, 50)
    assert sorted(outcomes) == ["conflict"] * 25 + ["done"] * 25
    with tenant_scope(company.tenant.pk), transaction.atomic():
        assert differing() == 0
        assert fold() <= 6
        assert differing() == 0
        assert not Deal.objects.filter(stage=stages.open[0]).exists()
        assert sum(Deal.objects.values_list("amount", flat=True)) == sum(1000 + n for n in range(25))
    connection.close()


# --- Measures ---------------------------------------------------------------------------------------------------------


@in_one_transaction
def test_the_measures_of_a_person_come_from_the_ledger(in_acme: Acme) -> None:
    buyer = customer(in_acme)
    won(in_acme, in_acme.rob, amount=300, customer_id=buyer.pk, units=2)
    won(in_acme, in_acme.rob, amount=100, customer_id=buyer.pk)
    lost = deal(in_acme, in_acme.rob)
    services.lose(actor=in_acme.operator, deal_id=lost.pk, version=1, closed_on=TODAY, reason="price", as_of=TODAY)
    window = Window(date(2026, 3, 1), date(2026, 6, 30), TODAY, "America/New_York")
    read = {
        name: measure.read(window, [in_acme.rob.pk, in_acme.sam.pk])
        for name in ("bookings", "units", "new_customers", "win_rate", "average_order", "margin", "collections")
        if (measure := find_measure(name))
    }
    rob = in_acme.rob.pk
    assert {name: found[rob].value for name, found in read.items() if rob in found} == {
        "bookings": 400,
        "units": 3,
        "new_customers": 1,
        "win_rate": Fraction(2, 3),
        "average_order": 200,
        "margin": 400,
    }
    assert all(in_acme.sam.pk not in found for found in read.values())
