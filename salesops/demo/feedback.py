"""What the demo's customers have said in two years, in their own words and their own language.

Most of it is answered in time and resolved, as in a company that cares; some was late, some came back, and today a few
wait for an answer.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.access.actor import Actor
from accounts.people.models import Member
from accounts.tenancy.models import Tenant
from pipeline.deals.models import Deal
from reviews.feedback import services
from reviews.feedback.models import FeedbackCase
from reviews.feedback.values import FeedbackValues
from salesops.lib import clock

_CASES = 110
_CHANNELS = {
    "complaint": ("complaint", "call", "email", "social"),
    "suggestion": ("interview", "survey", "email"),
    "praise": ("survey", "interview", "call", "social"),
}
_RATINGS = {"complaint": (1, 2, 3, 4, 5), "suggestion": (6, 7, 8), "praise": (9, 10)}
_CONTENT = (5, 5, 4, 4, 4, 3, 5, 2)  # satisfaction afterwards
_HOURS = {"critical": 4, "high": 24, "normal": 72, "low": 168}


@dataclass(frozen=True, slots=True)
class Said:
    kind: str
    severity: str
    text: str
    answer: str
    resolution: str


_ENGLISH = (
    Said(
        *("complaint", "high", "Two of ten units came without brackets. We cannot mount them on Monday like this."),
        "I am sorry. The brackets leave our warehouse today by courier and arrive before your fitters do.",
        "Brackets delivered the next morning; the packing list now counts them separately.",
    ),
    Said(
        *("complaint", "critical", "The whole rack went dark at nine this morning. Our warehouse stands still."),
        "A technician is on the way and will be with you by noon; until then the spare unit can be started by phone.",
        "Power supply replaced on site, and a second one left as a spare.",
    ),
    Said(
        *("complaint", "normal", "The invoice shows the list price. We agreed on eight per cent off."),
        "You are right. The corrected invoice is on its way; please do not pay the first one.",
        "Invoice corrected, the agreed price is now part of the customer's terms.",
    ),
    Said(
        *("complaint", "normal", "Nobody told us that delivery slips by a week. We heard it from the driver."),
        "That should have come from me. The new date is fixed now, and I call you the day before.",
        "Delivered on the new date; the customer gets a notice of every change from now on.",
    ),
    Said(
        *("complaint", "low", "The manual is for the older model, the buttons are in other places."),
        "Here is the manual of your model; the printed one follows by mail.",
        "New manual sent, the box of this series now carries the right one.",
    ),
    Said(
        *("suggestion", "low", "A rail kit in the same box would save us an order every time."),
        "A good idea. I have passed it on to the people who plan the series.",
        "Taken into the planning of the next series; the customer is told when it is out.",
    ),
    Said(
        *("suggestion", "normal", "Please tell us earlier when a model is discontinued; half a year would help."),
        "Understood. I put you on the list that hears of it first.",
        "The customer is on the early notice list.",
    ),
    Said(
        *("praise", "low", "Replacement units arrived in two days. That saved our opening."),
        "Thank you, I have read it to the people in the warehouse.",
        "Shared with the warehouse team.",
    ),
    Said(
        *("praise", "low", "The training was the best we have had from any supplier."),
        "Thank you! The trainer will be glad to hear it.",
        "Shared with the trainer; the customer agrees to be a reference.",
    ),
)
_CHINESE = (
    Said(
        *("complaint", "high", "十台里有两台没有支架，星期一没法安装。"),
        "非常抱歉，支架今天由专人送出，安装之前一定到。",
        "支架次日上午送达，装箱单从此单独清点。",
    ),
    Said(
        *("complaint", "normal", "发票还是目录价，说好的九二折没有算进去。"),
        "您说得对，更正后的发票已经寄出，请不要付第一张。",
        "发票已更正，约定价格写入客户条款。",
    ),
    Said(
        *("complaint", "critical", "机柜早上突然断电，整个仓库都停了。"),
        "工程师已经出发，中午前到现场；在此之前可以先电话启动备用机。",
        "现场更换电源，另留一台备用。",
    ),
    Said(
        *("suggestion", "low", "如果导轨能放在同一个箱子里，我们每次可以少下一张订单。"),
        "好建议，已经转给产品规划的同事。",
        "列入下一系列的规划，上市时通知客户。",
    ),
    Said(
        *("praise", "low", "两天就换好了货，没有耽误我们开业，谢谢！"),
        "谢谢您，我已经转告仓库的同事。",
        "已转达仓库团队。",
    ),
)
_SPEAKS_CHINESE = {"陈立文", "Jia Wen"}
_AGAIN = "The same again: the replacement has no brackets either."


def fill(tenant: Tenant, today: date, rng: random.Random) -> None:
    """Two years of feedback about deals that were made, and what waits for an answer now."""
    with transaction.atomic():
        deals = list(
            Deal.objects.filter(customer__isnull=False, product__isnull=False, owner__left_on__isnull=True)
            .select_related("owner", "customer")
            .order_by("id")
        )
        _Past(tenant, today, rng).tell(rng.choices(deals, k=_CASES))
        _Now(tenant, deals).tell()


@dataclass(frozen=True, slots=True)
class _Past:
    """Cases that are over, or nearly so."""

    tenant: Tenant
    today: date
    rng: random.Random

    def tell(self, deals: list[Deal]) -> None:
        for deal in deals:
            self._one(deal)

    def _one(self, deal: Deal) -> None:
        said = self.rng.choice(_CHINESE if deal.owner.full_name in _SPEAKS_CHINESE else _ENGLISH)
        actor = Actor(self.tenant, deal.owner)
        received = self._moment()
        channel, rating = self.rng.choice(_CHANNELS[said.kind]), self._rating(said)
        case = _log(actor, deal, said, channel=channel, received_at=received, at=received, rating=rating)
        late = self.rng.random() < 0.14
        hours = _HOURS[said.severity] * (self.rng.uniform(1.05, 1.9) if late else self.rng.uniform(0.05, 0.85))
        at = received + timedelta(hours=hours)
        case = services.answer(actor=actor, case_id=case.pk, version=case.version, text=said.answer, at=at)
        if self.rng.random() < 0.05:
            at += timedelta(days=1)
            case = services.reopen(actor=actor, case_id=case.pk, version=case.version, reason=_AGAIN, at=at)
        at += timedelta(hours=self.rng.uniform(4, 70))
        case = services.resolve(actor=actor, case_id=case.pk, version=case.version, resolution=said.resolution, at=at)
        if self.rng.random() < 0.65:
            at += timedelta(days=self.rng.randint(1, 6))
            content = 5 if said.kind == "praise" else self.rng.choice(_CONTENT)
            services.rate(actor=actor, case_id=case.pk, version=case.version, satisfaction=content, at=at)

    def _moment(self) -> datetime:
        """Some minute of a working day between two years and four weeks ago, later days more often than earlier."""
        ago = 28 + int(702 * self.rng.random() ** 1.4)
        minute = timedelta(hours=self.rng.randint(8, 17), minutes=self.rng.randrange(60))
        day = self.today - timedelta(days=ago)
        return datetime.combine(day, datetime.min.time(), ZoneInfo(self.tenant.time_zone)) + minute

    def _rating(self, said: Said) -> int | None:
        return self.rng.choice(_RATINGS[said.kind]) if self.rng.random() < 0.5 else None


@dataclass(frozen=True, slots=True)
class _Now:
    """What the people who can sign in find today: something overdue, something due, something just resolved."""

    tenant: Tenant
    deals: list[Deal]

    def tell(self) -> None:
        brackets, rack, invoice, delivery, _manual, rails, *_rest, training = _ENGLISH
        castro, viktor, uma, liwen = map(self._acting, ("Ruben Castro", "Viktor Hale", "Uma Krishnan", "陈立文"))
        first, second, third, fourth, fifth, *_others = self._deals_of(viktor)
        self._resolved(viktor, first, brackets, days=40, content=3)
        self._resolved(viktor, second, training, days=9, content=5)
        self._say(castro, third, rack, hours=1)
        self._say(castro, first, brackets, hours=25)
        self._say(viktor, fourth, rails, hours=150)
        self._answered(viktor, fifth, delivery, hours=60)
        self._say(uma, self._deals_of(uma)[0], invoice, hours=140)
        hers, other, *_others = self._deals_of(liwen)
        self._resolved(liwen, hers, _CHINESE[4], days=6, content=5)
        self._say(liwen, other, _CHINESE[0], hours=20)

    def _acting(self, name: str) -> Actor:
        return Actor(self.tenant, Member.objects.get(full_name=name))

    def _deals_of(self, actor: Actor) -> list[Deal]:
        """One of each customer, the newest."""
        found = {deal.customer_id: deal for deal in self.deals if deal.owner == actor.member}
        return list(found.values())[::-1]

    def _answered(self, actor: Actor, deal: Deal, said: Said, *, hours: int) -> FeedbackCase:
        case = self._say(actor, deal, said, hours=hours)
        at = case.received_at + timedelta(hours=3)
        return services.answer(actor=actor, case_id=case.pk, version=case.version, text=said.answer, at=at)

    def _resolved(self, actor: Actor, deal: Deal, said: Said, *, days: int, content: int) -> None:
        case = self._answered(actor, deal, said, hours=24 * days)
        at = case.received_at + timedelta(days=1)
        case = services.resolve(actor=actor, case_id=case.pk, version=case.version, resolution=said.resolution, at=at)
        at += timedelta(days=2)
        services.rate(actor=actor, case_id=case.pk, version=case.version, satisfaction=content, at=at)

    @staticmethod
    def _say(actor: Actor, deal: Deal, said: Said, *, hours: int) -> FeedbackCase:
        received = clock.now() - timedelta(hours=hours)
        return _log(actor, deal, said, channel="call", received_at=received, at=received)


def _log(
    actor: Actor,
    deal: Deal,
    said: Said,
    *,
    channel: str,
    received_at: datetime,
    at: datetime,
    rating: int | None = None,
) -> FeedbackCase:
    values = FeedbackValues(
        customer_id=deal.customer.pk,
        text=said.text,
        kind=said.kind,
        channel=channel,
        deal_id=deal.pk,
        product_id=deal.product_id,
        rating=rating,
    )
    return services.log(
        actor=actor,
        values=values,
        severity=said.severity,
        received_at=received_at,
        at=at,
        owner_id=deal.owner_id,
    )
