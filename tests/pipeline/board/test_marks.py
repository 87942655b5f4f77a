"""What a card and a row say of a deal beside its facts: an open risk, and a next step that is late."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from pipeline.deals.models import Deal
from pipeline.risks.models import Risk
from tests.factories import Acme
from tests.pipeline.cast import TODAY, deal
from tests.pipeline.risks.cast import finding, night

pytestmark = pytest.mark.django_db
ClientFor = Callable[..., Client]


def part(page: str, opening: str, closing: str, made: Deal) -> str:
    """The card, or the row, of the deal."""
    return next(one for one in page.split(opening)[1:] if f"deals/{made.pk}/" in one).partition(closing)[0]


@pytest.mark.parametrize(("page", "opening", "closing"), [("board/", "<article", "</article>"), ("", "<tr>", "</tr>")])
def test_the_light_is_that_of_the_worst_open_risk(
    in_acme: Acme, client_for: ClientFor, page: str, opening: str, closing: str
) -> None:
    calm, watched, grave, late, closed = (deal(in_acme, in_acme.rob) for _ in range(5))
    night([finding(watched), finding(grave), finding(closed)])
    night([finding(grave, grave=True)], kind="deal.overdue")
    Risk.objects.filter(deal=closed).update(state=Risk.State.MUTED, muted_until=TODAY, mute_reason="known")
    Deal.objects.filter(pk=late.pk).update(next_step_on="2026-01-05", next_step="Call")
    shown = client_for(in_acme.rob).get(f"/t/acme/deals/{page}").content.decode()

    def said(made: Deal) -> list[str]:
        words = part(shown, opening, closing, made)
        return [one for one in ("severity high", "severity medium", "severity low") if one in words]

    assert [said(one) for one in (calm, watched, grave, late, closed)] == [
        [], ["severity medium"], ["severity high"], [], []
    ]  # fmt: skip


def test_a_late_step_has_its_own_words_on_the_card(in_acme: Acme, client_for: ClientFor) -> None:
    late, due = deal(in_acme, in_acme.rob), deal(in_acme, in_acme.rob)
    Deal.objects.filter(pk=late.pk).update(next_step_on="2026-01-05")
    Deal.objects.filter(pk=due.pk).update(next_step_on="2100-01-01")
    page = client_for(in_acme.rob).get("/t/acme/deals/board/").content.decode()
    assert "The next step was due on 5 Jan." in part(page, "<article", "</article>", late)
    assert "The next step was due" not in part(page, "<article", "</article>", due)
