"""Reviews of the demo company: last quarter's are signed, last month's are under way, one self part is late.

Everything is written by the services that people use, in their names; the actuals are the company's own.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from django.db import transaction

from accounts.access.actor import Actor
from accounts.measures import find_measure
from accounts.people.models import Member, Role
from accounts.tenancy.models import Tenant
from reviews.cycles.models import Review, ReviewCycle
from reviews.cycles.selectors import items_of
from reviews.cycles.services import Entry, ManagerPart, SelfPart, change_reviewer, share, sign, submit_self
from reviews.cycles.starting import Deadlines, start_cycle
from reviews.scorecards.models import Kpi
from reviews.scorecards.services import create_kpi, create_scorecard
from reviews.scorecards.values import ItemValues, KpiValues
from salesops.lib import clock
from salesops.lib.periods import Period, month_of

_HR, _EXECUTIVE = "Hana Ito", "Evelyn Cho"
_LATE = "陈立文"  # whose self part of last month is overdue, as is Wren's
_STILL_WRITING = frozenset({_LATE, "Wren Abbott", "Gregor Pavlik"})
_WITH_REVIEWER = frozenset({"Uma Krishnan", "Farah Qureshi", "Jia Wen", "Nadia Petrova", "Rosa Delgado"})
_UNSIGNED = frozenset({"Viktor Hale", "Arjun Mehta", "Kofi Mensah", "Tara Okafor"})
_KPIS: tuple[tuple[str, KpiValues], ...] = (
    ("bookings", KpiValues({"en": "Bookings", "zh-hans": "签约额", "zh-hant": "簽約額"}, measure="bookings")),
    ("win-rate", KpiValues({"en": "Win rate", "zh-hans": "赢单率", "zh-hant": "贏單率"}, measure="win_rate")),
    (
        "new-customers",
        KpiValues({"en": "New customers", "zh-hans": "新客户数", "zh-hant": "新客戶數"}, measure="new_customers"),
    ),
    ("visits", KpiValues({"en": "Visits", "zh-hans": "拜访次数", "zh-hant": "拜訪次數"}, measure="visits")),
    (
        "satisfaction",
        KpiValues(
            {"en": "Customer satisfaction", "zh-hans": "客户满意度", "zh-hant": "客戶滿意度"}, measure="satisfaction"
        ),
    ),
    (
        "answered-in-time",
        KpiValues(
            {"en": "Feedback answered in time", "zh-hans": "反馈及时答复率", "zh-hant": "回饋及時答覆率"},
            measure="answered_in_time",
        ),
    ),
    ("initiative", KpiValues({"en": "Initiative", "zh-hans": "主动性", "zh-hant": "主動性"})),
    ("team-spirit", KpiValues({"en": "Team spirit", "zh-hans": "团队精神", "zh-hant": "團隊精神"})),
    ("coaching", KpiValues({"en": "Coaching of the team", "zh-hans": "团队辅导", "zh-hant": "團隊輔導"})),
    (
        "late-reports",
        KpiValues(
            {"en": "Late reports", "zh-hans": "迟交报告", "zh-hant": "遲交報告"}, unit="count", lower_is_better=True
        ),
    ),
)
_LATE_REPORTS = ((Decimal(4), Decimal(40)), (Decimal(2), Decimal(70)), (Decimal(0), Decimal(100)))
_WORDS = (
    (
        "Two large deals slipped by a week; the pipeline behind them is healthy.",
        "有两个大单推迟了一周，后面的商机很健康。",
    ),
    (
        "I won back an old customer and learned a lot from the lost tender.",
        "我赢回了一位老客户，也从丢掉的投标中学到很多。",
    ),
    ("More visits than ever; I want to turn them into offers faster.", "拜访量创新高，希望更快转化为报价。"),
    ("A slow start, a strong finish.", "开局较慢，收尾有力。"),
)
_ANSWERS = (
    ("Steady work, and colleagues like to ask for your advice.", "工作扎实，同事乐于向你请教。"),
    ("Good numbers; your forecasts have become much more reliable.", "业绩不错，预测也准确多了。"),
    ("Customers praise how quickly you answer.", "客户称赞你答复迅速。"),
)
_STRENGTHS = (("Persistence, clear offers", "坚持不懈，报价清晰"), ("Knows the customers' business", "熟悉客户的业务"))
_NEXT = (
    ("Ask for a second contact in every deal above 10,000.", "一万以上的商机都要找到第二位联系人。"),
    ("Plan the week's visits on Monday morning.", "周一上午安排好一周的拜访。"),
)


def fill(tenant: Tenant, today: date, rng: random.Random) -> None:
    """The library, three scorecards, a finished cycle of last quarter and one of last month under way."""
    with transaction.atomic():
        story = _Story(tenant, today, rng)
        story.write_library()
        story.finish_last_quarter()
        story.begin_last_month()


class _Story:
    def __init__(self, tenant: Tenant, today: date, rng: random.Random) -> None:
        self.tenant = tenant
        self.today = today
        self.rng = rng
        self.people = {member.full_name: Actor(tenant, member) for member in Member.objects.all()}
        self.by_id = {actor.member.pk: actor for actor in self.people.values() if actor.member}
        self.kpis: dict[str, Kpi] = {}

    # --- The library -------------------------------------------------------------------------------------------------

    def write_library(self) -> None:
        for code, values in _KPIS:
            measure = find_measure(values.measure) if values.measure else None
            known = replace(values, unit=measure.unit) if measure else values
            self.kpis[code] = create_kpi(actor=self.people[_HR], code=code, values=known)
        self.quarterly = self._scorecard(
            "quarterly-scorecard",
            ("Quarterly scorecard", "季度计分卡", "季度計分卡"),
            Role.REP,
            self._of_reps(quarter=True),
        )
        self.monthly = self._scorecard(
            "monthly-check", ("Monthly check", "月度小结", "月度小結"), Role.REP, self._of_reps(quarter=False)
        )
        self.managers = self._scorecard(
            "manager-scorecard", ("Manager scorecard", "经理计分卡", "經理計分卡"), Role.MANAGER, self._of_managers()
        )

    def _scorecard(self, code: str, names: tuple[str, str, str], role: str, items: list[ItemValues]) -> int:
        named = dict(zip(("en", "zh-hans", "zh-hant"), names, strict=True))
        made = create_scorecard(actor=self.people[_HR], code=code, names=named, items=items, role=role)
        return made.scorecard_id

    def _item(
        self,
        code: str,
        dimension: str,
        weight: int,
        floor: str,
        target: str = "",
        *,
        against: str = "fixed",
        of: str = "person",
    ) -> ItemValues:
        return ItemValues(
            self.kpis[code].pk,
            dimension,
            Decimal(weight),
            floor=Decimal(floor),
            target=Decimal(target) if target else None,
            cap=Decimal(120) if self.kpis[code].measure else Decimal(100),  # nobody gives 6 of 5
            against=against,
            of=of,
        )

    def _of_reps(self, *, quarter: bool) -> list[ItemValues]:
        """The month's card asks for a third of what the quarter's does."""
        visits, customers = (("10", "36"), ("0", "6")) if quarter else (("3", "12"), ("0", "2"))
        late = ItemValues(self.kpis["late-reports"].pk, "attitude", Decimal(5), shape="steps", steps=_LATE_REPORTS)
        return [
            self._item("bookings", "results", 40, "50", against="quota"),
            self._item("win-rate", "results", 10, "30", "65"),
            self._item("new-customers", "results", 5, *customers),
            self._item("visits", "customer", 10, *visits),
            self._item("satisfaction", "customer", 10, "2.5", "4.5"),
            self._item("answered-in-time", "customer", 5, "50", "95"),
            self._item("initiative", "attitude", 10, "1", "5"),
            late,
            self._item("team-spirit", "teamwork", 5, "1", "5"),
        ]

    def _of_managers(self) -> list[ItemValues]:
        return [
            self._item("bookings", "results", 50, "60", against="quota", of="team"),
            self._item("win-rate", "results", 10, "30", "65", of="team"),
            self._item("satisfaction", "customer", 15, "2.5", "4.5", of="team"),
            self._item("coaching", "teamwork", 25, "1", "5"),
        ]

    # --- Last quarter ------------------------------------------------------------------------------------------------

    def finish_last_quarter(self) -> None:
        quarter = self.tenant.calendar.previous(self.tenant.calendar.quarter_of(self.today))
        begun = quarter.end + timedelta(days=3)
        days = [min(begun + timedelta(days=after), self.today) for after in (0, 5, 10, 14)]
        cycle = self._start(f"{quarter.key} reviews", quarter, days, [self.quarterly, self.managers])
        for review in self._reviews(cycle):
            if review.reviewer_id is None:
                self._name_reviewer(review, days[0])
            self._submit(review, days[1])
            self._share(review, days[2])
            self._sign(review, days[3])

    def _start(self, name: str, period: Period, days: list[date], cards: list[int]) -> ReviewCycle:
        begun, *deadlines = days
        return start_cycle(
            actor=self.people[_HR],
            name=name,
            period=period.key,
            deadlines=Deadlines(*deadlines),
            scorecard_ids=cards,
            at=_noon(begun),
        )

    def _reviews(self, cycle: ReviewCycle) -> list[Review]:
        found = Review.objects.filter(cycle=cycle).select_related("member", "cycle")
        return list(found.order_by("sort_name", "id"))

    # --- Last month --------------------------------------------------------------------------------------------------

    def begin_last_month(self) -> None:
        """The self parts were due two days ago: most are in, some are shared, and a few people are late."""
        month = self.tenant.calendar.previous(month_of(self.today))
        days = [self.today + timedelta(days=after) for after in (-9, -2, 5, 12)]
        days[2] = max(days[2], month.end + timedelta(days=1))
        cycle = self._start(f"{month.key} check", month, days, [self.monthly])
        for review in self._reviews(cycle):
            name = review.member.full_name
            if name in _STILL_WRITING:
                continue
            self._submit(review, days[1] - timedelta(days=1))
            if name in _WITH_REVIEWER:
                continue
            self._share(review, self.today)
            if name not in _UNSIGNED:
                self._sign(review, self.today)

    # --- One review --------------------------------------------------------------------------------------------------

    def _name_reviewer(self, review: Review, day: date) -> None:
        executive = self.people[_EXECUTIVE].member
        assert executive is not None  # noqa: S101 (every actor here is a member)
        change_reviewer(
            actor=self.people[_HR],
            review_id=review.pk,
            version=review.version,
            reviewer_id=executive.pk,
            as_of=day,
        )
        review.refresh_from_db()

    def _submit(self, review: Review, day: date) -> None:
        part = SelfPart(self._says(_WORDS, review), self._entries(review, generous=True))
        submit_self(
            actor=self.by_id[review.member_id],
            review_id=review.pk,
            version=review.version,
            part=part,
            at=_noon(day),
        )
        review.refresh_from_db()

    def _share(self, review: Review, day: date) -> None:
        part = ManagerPart(
            self._says(_ANSWERS, review),
            self._says(_STRENGTHS, review),
            self._says(_NEXT, review),
            day + timedelta(days=2),
            self._entries(review, generous=False),
        )
        share(
            actor=self.by_id[review.reviewer_id or 0],
            review_id=review.pk,
            version=review.version,
            part=part,
            at=_noon(day),
        )
        review.refresh_from_db()

    def _sign(self, review: Review, day: date) -> None:
        disagrees = self.rng.random() < 0.08
        comment = ("The lost tender was not ours to win.", "那次投标并非我们能赢的。") if disagrees else ("", "")
        sign(
            actor=self.by_id[review.member_id],
            review_id=review.pk,
            version=review.version,
            agreement="disagree" if disagrees else "agree",
            comment=comment[_is_chinese(review)],
            at=_noon(day),
        )
        review.refresh_from_db()

    def _entries(self, review: Review, *, generous: bool) -> Mapping[int, Entry]:
        """Scores from 2.5 to 5 and few late reports; people are a little kinder to themselves."""
        entries = {}
        for item in items_of(review):
            if item.kpi.unit == "count" and not item.kpi.measure:
                entries[item.pk] = Entry(Decimal(self.rng.choice((0, 0, 1, 1, 2, 3))))
            elif not item.kpi.measure:
                half_points = self.rng.randint(6, 10) if generous else self.rng.randint(5, 10)
                entries[item.pk] = Entry(Decimal(half_points) / 2)
        return entries

    def _says(self, sayings: tuple[tuple[str, str], ...], review: Review) -> str:
        return self.rng.choice(sayings)[_is_chinese(review)]


def _is_chinese(review: Review) -> bool:
    return not review.member.full_name.isascii()


def _noon(day: date) -> datetime:
    """16:00 UTC is noon or eleven in the company's New York; nothing has happened yet that is still to come."""
    return min(datetime.combine(day, time(16), UTC), clock.now())
