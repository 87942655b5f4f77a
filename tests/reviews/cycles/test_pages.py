"""The pages of reviews: written by plain forms, each party seeing what it may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.people.models import Member
from reviews.cycles.models import Review
from reviews.cycles.selectors import items_of
from reviews.cycles.services import ManagerPart, save_manager
from reviews.scorecards.models import Kpi, Scorecard, ScorecardItem
from salesops.lib import clock
from tests.factories import Acme
from tests.reviews.cast import NOON, kpi, review_of, scorecard, shared, submitted

ClientFor = Callable[[Member], Client]


@pytest.fixture(autouse=True)
def in_november(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOON)
    monkeypatch.setattr(clock, "today", lambda time_zone: NOON.date())


def address(name: str, *args: object) -> str:
    return reverse(name, args=["acme", *args])


def part(review: Review, **words: Any) -> dict[str, Any]:
    """What the form sends: team spirit 4, no complaint."""
    values = {"team-spirit": "4", "complaints": "0"}
    by_hand = [item for item in items_of(review) if not item.kpi.measure]
    return {"version": review.version, **{f"value_{item.pk}": values[item.kpi.code] for item in by_hand}, **words}


def test_a_review_is_written_shared_and_signed_on_its_page(october, in_acme: Acme, client_for: ClientFor):
    review = review_of(in_acme.rob)
    rob, max_ = client_for(in_acme.rob), client_for(in_acme.max)

    sent = rob.post(address("review_self", review.pk), part(review, comment="Fine.", submit="1"))
    assert (sent.status_code, sent["Location"]) == (303, address("review_detail", review.pk))

    review.refresh_from_db()
    max_.post(address("review_manager", review.pk), part(review, comment="Well done.", submit="1"))
    review.refresh_from_db()
    assert (review.state, str(review.score)) == ("sign", "69.75")

    rob.post(address("review_sign", review.pk), {"version": review.version, "agreement": "agree"})
    review.refresh_from_db()
    assert review.state == "done"


def test_a_missing_value_is_said_beside_its_field_and_nothing_is_lost(october, in_acme: Acme, client_for: ClientFor):
    review = review_of(in_acme.rob)
    sent = client_for(in_acme.rob).post(
        address("review_self", review.pk), {"version": 1, "comment": "Kept as typed", "submit": "1"}
    )
    page = sent.content.decode()

    assert sent.status_code == 422
    assert page.count("Enter a value.") == 2
    assert "Kept as typed" in page


def test_the_score_is_explained_step_by_step(october, in_acme: Acme, client_for: ClientFor, rob, max_):
    review = shared(max_, submitted(rob))
    page = client_for(in_acme.rob).get(address("review_detail", review.pk)).content.decode()

    for step in ("Bookings: 60 × 60 ÷ 100 = 36", "Together: 36 + 18.75 + 15 = 69.75", "Rounded once, half up: 69.75"):
        assert step in page
    assert "1,600" in page, "what was measured"


def test_the_manager_part_is_on_nobodys_page_before_it_is_shared(
    october, in_acme: Acme, client_for: ClientFor, rob, max_
):
    review = submitted(rob)
    part_ = ManagerPart("Between us", "Strong", "Next")
    save_manager(actor=max_, review_id=review.pk, version=review.version, part=part_, at=NOON)
    path = address("review_detail", review.pk)

    assert "Between us" not in client_for(in_acme.rob).get(path).content.decode()
    assert "Between us" not in client_for(in_acme.rob).get(address("api_review_detail", review.pk)).content.decode()
    assert "Between us" in client_for(in_acme.max).get(path).content.decode()


def test_a_rep_sees_the_own_progress_of_a_cycle_only(october, in_acme: Acme, client_for: ClientFor):
    board = address("review_cycle", october.pk)

    assert "Sue Rep" not in client_for(in_acme.rob).get(board).content.decode()
    assert "Sue Rep" not in client_for(in_acme.max).get(board).content.decode()
    assert "Sue Rep" in client_for(in_acme.hana).get(board).content.decode()


def test_the_board_becomes_a_list_by_state_and_name(october, in_acme: Acme, client_for: ClientFor, rob):
    submitted(rob)
    hana = client_for(in_acme.hana)
    shown = hana.get(address("review_cycle", october.pk), {"state": "manager"}).content.decode()
    searched = hana.get(address("review_cycle", october.pk), {"search": "su"}).content.decode()

    assert ("Rob Rep" in shown, "Sue Rep" in shown) == (True, False)
    assert ("Rob Rep" in searched, "Sue Rep" in searched) == (False, True)


def test_a_past_deadline_is_refused_beside_its_field(in_acme: Acme, client_for: ClientFor):
    card = scorecard(in_acme)
    sent = client_for(in_acme.hana).post(
        address("review_cycle_create"),
        {
            "name": "October",
            "period": "2017-10",
            "scorecards": [card.scorecard_id],
            "self_due": "2017-11-01",
            "manager_due": "2017-11-15",
            "sign_due": "2017-11-22",
        },
    )

    assert sent.status_code == 422
    assert "This deadline has already passed." in sent.content.decode()


# --- The editor of scorecards ----------------------------------------------------------------------------------------


_LINE = {"floor": "1", "target": "5", "cap": "100"}


def sheet(weights: tuple[str, str], **words: str) -> dict[str, str]:
    spirit, visits = Kpi.objects.get(code="team-spirit").pk, Kpi.objects.get(code="visits").pk
    common = {"dimension": "teamwork", "of": "person", "against": "fixed"}
    rows = [
        {
            **common,
            "kpi": str(spirit),
            "weight": weights[0],
            "shape": "linear",
            "floor": "1",
            "target": "5",
            "cap": "100",
        },
        {**common, "kpi": str(visits), "weight": weights[1], "shape": "steps", "steps": "3: 60, 4: 100"},
        {**common, "kpi": "", "weight": "", "shape": "linear", "cap": "120"},
    ]
    sent = {f"items-{place}-{name}": value for place, row in enumerate(rows) for name, value in row.items()}
    return {"items-TOTAL_FORMS": "3", "items-INITIAL_FORMS": "0", "name_en": "Card", "role": "rep", **sent, **words}


@pytest.fixture
def library(in_acme: Acme) -> Acme:
    kpi(in_acme, "team-spirit")
    kpi(in_acme, "visits")
    return in_acme


def test_a_scorecard_is_written_row_by_row(library: Acme, client_for: ClientFor):
    sent = client_for(library.hana).post(address("scorecard_create"), sheet(("60", "40"), code="card"))

    assert sent.status_code == 303
    items = ScorecardItem.objects.order_by("position")
    assert [(str(item.weight), item.shape, item.steps) for item in items] == [
        ("60.00", "linear", []),
        ("40.00", "steps", [["3", "60"], ["4", "100"]]),
    ]


def test_weights_of_99_are_said_on_the_page(library: Acme, client_for: ClientFor):
    sent = client_for(library.hana).post(address("scorecard_create"), sheet(("60", "39"), code="card"))
    page = sent.content.decode()

    assert sent.status_code == 422
    assert "The weights add up to 99, not to 100: 1 is missing. Nothing was saved." in page
    assert 'value="39"' in page
    assert not Scorecard.objects.exists()


def test_a_bad_step_table_is_said_in_its_row(library: Acme, client_for: ClientFor):
    typed = sheet(("60", "40"), code="card", **{"items-1-steps": "4: 100, 3: 60"})
    page = client_for(library.hana).post(address("scorecard_create"), typed).content.decode()

    assert "Write the steps from the worst to the best" in page


def test_the_curve_is_drawn_with_its_table(library: Acme, client_for: ClientFor):
    card = scorecard(library)
    page = client_for(library.rob).get(address("scorecard_detail", card.scorecard_id)).content.decode()

    assert 'aria-label="1,000 earns 0; 2,000 earns 100; 2,200 earns 120"' in page
    assert "up to 1" in page, "fewer complaints are better"
