"""Reviews at Acme: a scorecard of bookings (60), satisfaction entered by hand (25) and complaints (15)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

from accounts.access.actor import Actor
from accounts.people.models import Member
from reviews.cycles.models import Review, ReviewCycle
from reviews.cycles.selectors import items_of
from reviews.cycles.services import Entry, ManagerPart, SelfPart, share, sign, submit_self
from reviews.cycles.starting import Deadlines, start_cycle
from reviews.scorecards.models import Kpi, Scorecard, ScorecardVersion
from reviews.scorecards.services import create_kpi, create_scorecard
from reviews.scorecards.values import ItemValues, KpiValues
from tests.factories import Company

NOON = datetime(2017, 11, 3, 17, tzinfo=UTC)
TODAY = NOON.date()
DEADLINES = Deadlines(date(2017, 11, 8), date(2017, 11, 15), date(2017, 11, 22))


def kpi(company: Company, code: str, values: KpiValues | None = None) -> Kpi:
    """The company's KPI of that code, made if need be."""
    found = Kpi.objects.filter(code=code).first()
    return found or create_kpi(actor=company.operator, code=code, values=values or KpiValues({"en": code.title()}))


def rows(company: Company, weights: tuple[int, int, int] = (60, 25, 15)) -> list[ItemValues]:
    """Bookings up to 2,000.00 from 1,000.00; teamwork from 1 to 5; fewer complaints than 4."""
    bookings = kpi(company, "bookings", KpiValues({"en": "Bookings", "zh-hans": "签约额"}, "money", "bookings"))
    spirit = kpi(company, "team-spirit", KpiValues({"en": "Team spirit"}, "score"))
    complaints = kpi(company, "complaints", KpiValues({"en": "Complaints"}, "count", lower_is_better=True))
    first, second, third = (Decimal(weight) for weight in weights)
    table = ((Decimal(4), Decimal(50)), (Decimal(1), Decimal(100)))
    return [
        ItemValues(bookings.pk, "results", first, floor=Decimal(1000), target=Decimal(2000), cap=Decimal(120)),
        ItemValues(spirit.pk, "teamwork", second, floor=Decimal(1), target=Decimal(5), cap=Decimal(100)),
        ItemValues(complaints.pk, "customer", third, shape="steps", steps=table),
    ]


def scorecard(company: Company, code: str = "quarterly-scorecard", role: str = "rep") -> ScorecardVersion:
    """The newest version of the company's scorecard of that code, made if need be."""
    found = Scorecard.objects.filter(code=code).first()
    if found is not None:
        return ScorecardVersion.objects.filter(scorecard=found).latest("number")  # type: ignore[no-any-return]
    return create_scorecard(
        actor=company.operator, code=code, names={"en": "Quarterly scorecard"}, items=rows(company), role=role
    )


def cycle(company: Company, period: str = "2017-10", name: str = "October", at: datetime = NOON) -> ReviewCycle:
    """For every rep; the self part is due on 8 November, the manager's on the 15th, the sign-off on the 22nd."""
    card = scorecard(company)
    return start_cycle(
        actor=company.operator,
        name=name,
        period=period,
        deadlines=DEADLINES,
        scorecard_ids=[card.scorecard_id],
        at=at,
    )


def review_of(member: Member) -> Review:
    return Review.objects.get(member=member)


def entries(review: Review, values: Mapping[str, str] | None = None) -> dict[int, Entry]:
    """Values by the KPI's code; by default team spirit 4 and no complaint."""
    wanted = values or {"team-spirit": "4", "complaints": "0"}
    return {item.pk: Entry(Decimal(wanted[item.kpi.code])) for item in items_of(review) if item.kpi.code in wanted}


def submitted(actor: Actor, at: datetime = NOON) -> Review:
    """The actor's self part is in."""
    assert actor.member is not None
    review = review_of(actor.member)
    part = SelfPart("A good month.", entries(review))
    return submit_self(actor=actor, review_id=review.pk, version=review.version, part=part, at=at)


def shared(actor: Actor, review: Review, at: datetime = NOON) -> Review:
    """The reviewer has finished their part."""
    part = ManagerPart("Well done.", "Persistence", "Bigger deals", date(2017, 11, 17), entries(review))
    return share(actor=actor, review_id=review.pk, version=review.version, part=part, at=at)


def signed(actor: Actor, review: Review, at: datetime = NOON) -> Review:
    return sign(
        actor=actor, review_id=review.pk, version=review.version, agreement="agree", comment="Thank you.", at=at
    )
