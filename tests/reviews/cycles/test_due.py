"""What waits for whom, and whom the night tells."""

from __future__ import annotations

from datetime import UTC, date, datetime

from accounts.home.waiting import waiting_for
from accounts.jobs.services import run_inline
from accounts.notifications.models import Notification
from reviews.cycles.due import REMIND, waiting_reviews
from tests.factories import Acme
from tests.reviews.cast import TODAY, shared, submitted


def titles(actor, as_of: date = TODAY) -> list[tuple[str, str, str]]:
    return [(str(one.title), str(one.detail), one.urgency) for one in waiting_reviews(actor, as_of, 20)]


def night(acme: Acme, day: date) -> dict[str, int]:
    at = datetime(day.year, day.month, day.day, 7, tzinfo=UTC)
    return run_inline(actor=acme.operator, kind=REMIND, period=day.isoformat(), as_of=at).counts


def test_each_waits_for_their_own_turn(october, rob, max_):
    assert titles(rob) == [("Your self-review is due: October", "due in 5 days", "none")]
    assert titles(max_) == []

    review = submitted(rob)
    assert titles(rob) == []
    assert titles(max_, date(2017, 11, 14)) == [("The self-review of Rob Rep is in", "due in 1 day", "warn")]

    shared(max_, review)
    found = titles(rob, date(2017, 11, 24))
    assert found == [("Your review is ready to be signed: October", "2 days overdue", "risk")]


def test_the_home_lists_it_with_everything_else(october, rob):
    assert "Your self-review is due: October" in [str(one.title) for one in waiting_for(rob, TODAY)]


def test_starting_tells_everybody_who_takes_part(october, in_acme: Acme):
    told = Notification.objects.filter(kind="review_self_due").values_list("member", flat=True)

    assert set(told) == {in_acme.rob.pk, in_acme.rita.pk, in_acme.sam.pk, in_acme.sue.pk}


def test_handing_in_tells_the_reviewer_and_sharing_the_person(october, in_acme: Acme, rob, max_):
    shared(max_, submitted(rob))

    assert Notification.objects.get(kind="review_manager_due").member == in_acme.max
    assert Notification.objects.get(kind="review_shared").member == in_acme.rob


def test_the_night_reminds_once_before_and_once_after_the_deadline(october, in_acme: Acme, rob):
    """The self parts are due on 8 November; Rob's is in, the other three are not."""
    submitted(rob)

    assert night(in_acme, date(2017, 11, 5)) == {"reviews due soon": 0, "reviews overdue": 0}
    for day in (6, 7):
        night(in_acme, date(2017, 11, day))
    assert Notification.objects.filter(kind="review_due_soon").count() == 3
    for day in (9, 10):
        night(in_acme, date(2017, 11, day))
    assert Notification.objects.filter(kind="review_overdue").count() == 3
    assert not Notification.objects.filter(kind="review_overdue", member=in_acme.rob).exists()
