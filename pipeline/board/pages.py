"""What the board shows, put together: columns of cards, their sums, the filters as chips.

A board has 160 cards, so everything on them is a finished text before the template sees it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.access.policy import has, scope_of
from accounts.access.views import TenantRequest, today
from accounts.people.models import Member, Team
from pipeline.board import selectors
from pipeline.board.selectors import Board, BoardFilter, Card
from pipeline.board.totals import Total
from pipeline.deals.ages import age_of
from pipeline.deals.models import Stage
from pipeline.deals.selectors import stages
from pipeline.risks.registry import Severity
from pipeline.risks.selectors import open_risks_of_deals
from pipeline.risks.telling import risk_marks
from pipeline.scope import members_within
from salesops.lib.errors import DomainError
from salesops.lib.money import round_half_up
from salesops.lib.periods import FiscalCalendar, Period, month_of
from salesops.lib.templatetags.numbers import amount
from salesops.lib.templatetags.ui import avatar, light

SHOWN, MOST = 20, 100  # cards of a column; further than MOST the table takes over
_FILTERS = ("owner", "team", "closing", "search")


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on, and the address of the board without it."""

    label: str
    icon: str
    url: str


@dataclass(frozen=True, slots=True)
class Face:
    """A card, ready to be drawn."""

    id: int
    version: int
    url: str
    name: str
    what: str
    amount: str
    day: str
    age: str
    tone: str
    light: SafeString
    hint: str
    risk: SafeString
    late: str
    owner: str
    avatar: SafeString


@dataclass(frozen=True, slots=True)
class Lane:
    """A column of the board."""

    stage: Stage
    cards: list[Face]
    total: Total
    weighted: int
    shown_next: int

    @property
    def more(self) -> int:
        return max(self.total.deals - len(self.cards), 0)

    @property
    def is_open(self) -> bool:
        return self.stage.kind == Stage.Kind.OPEN


@dataclass(frozen=True, slots=True)
class Segment:
    label: str | Promise
    url: str
    icon: str
    current: bool = False


class BoardPage:
    """The board of a request: `query` is the address's, or the one that a dialog sends back."""

    def __init__(self, request: TenantRequest, query: QueryDict) -> None:
        self._request, self._query = request, query
        self._actor, self._slug, self._day = request.actor, request.tenant.slug, today(request)
        self._currency = request.tenant.currency
        self.narrowed = read_filter(query, request.tenant.calendar)
        self._board = Board(self._actor, self._day, self.narrowed)

    @property
    def address(self) -> str:
        return self._url(self._query)

    @cached_property
    def stages(self) -> list[Stage]:
        return stages()

    @cached_property
    def _owners(self) -> dict[int, Member]:
        return {one.pk: one for one in members_within(self._actor, "deals.view", self._day)}

    @cached_property
    def _teams(self) -> list[Team]:
        return selectors.teams() if (scope_of(self._actor, "deals.view") or 0) > 1 else []

    def context(self, sizes: Mapping[int, int] | None = None) -> dict[str, Any]:
        """For the board's templates. `sizes`: how many cards of a column, by stage, where not `SHOWN`."""
        lanes = self._lanes(sizes or {})
        is_open = [lane for lane in lanes if lane.is_open]
        past = self._board.past_age(self.stages)
        return {
            "lanes": lanes,
            "at": self._at(lanes),
            "open": Total(sum(lane.total.deals for lane in is_open), sum(lane.total.amount for lane in is_open)),
            "weighted": sum(lane.weighted for lane in is_open),
            "past": past,
            "past_is_capped": past.amount is None,
            "past_counted": selectors.PAST_AGE_COUNTED,
            "chips": self._chips(),
            "owners": list(self._owners.values()),
            "teams": self._teams,
            "closings": closings(self._day, self._request.tenant.calendar),
            "filters": {name: self._query.get(name, "") for name in _FILTERS},
            "query": self._asked(),
            "segments": segments(self._slug, self._query, "board"),
            "may_edit": has(self._actor, "deals.edit"),
            "most": MOST,
        }

    def _lanes(self, sizes: Mapping[int, int]) -> list[Lane]:
        """Every column but that of the lost, which has a head only."""
        wanted = {stage.pk: sizes.get(stage.pk, SHOWN) for stage in self.stages}
        with_cards = [stage for stage in self.stages if stage.kind != Stage.Kind.LOST]
        cards = self._board.cards(with_cards, wanted)
        totals = self._board.totals(self.stages)
        risks = open_risks_of_deals(self._actor, [card.id for column in cards.values() for card in column])
        faces = _Faces(self._slug, self._currency, self._day, self._owners, risks)
        return [
            self._lane(stage, faces.drawn(stage, cards.get(stage.pk, [])), totals.get(stage.pk, Total()), wanted)
            for stage in self.stages
        ]

    @staticmethod
    def _lane(stage: Stage, cards: list[Face], total: Total, sizes: Mapping[int, int]) -> Lane:
        weighted = round_half_up(Fraction(total.amount * stage.probability, 100))
        return Lane(stage, cards, total, weighted, sizes[stage.pk] + SHOWN)

    def _at(self, lanes: Sequence[Lane]) -> int:
        """The column that a phone shows first: the one in the address, else the first with cards."""
        asked = [lane.stage.pk for lane in lanes if str(lane.stage.pk) == self._query.get("at")]
        filled = [lane.stage.pk for lane in lanes if lane.cards]
        return (asked or filled or [lane.stage.pk for lane in lanes] or [0])[0]

    def _chips(self) -> list[Chip]:
        narrowed, chips = self.narrowed, []
        if narrowed.team_id is not None:
            named = [team.name for team in self._teams if team.pk == narrowed.team_id]
            chips.append(self._chip("team", "users", named[0] if named else gettext("Unknown team")))
        if narrowed.owner_id is not None:
            owner = self._owners.get(narrowed.owner_id)
            chips.append(self._chip("owner", "user", owner.full_name if owner else gettext("Unknown member")))
        if narrowed.closing is not None:
            chips.append(self._chip("closing", "calendar", closes_by(narrowed.closing)))
        if narrowed.search:
            chips.append(self._chip("search", "search", narrowed.search))
        return chips

    def _chip(self, name: str, icon: str, label: str) -> Chip:
        rest = self._query.copy()
        rest.pop(name, None)
        return Chip(label, icon, self._url(rest))

    def _url(self, query: QueryDict) -> str:
        path = reverse("deal_board", kwargs={"tenant": self._slug})
        return f"{path}?{query.urlencode()}" if query else path

    def _asked(self) -> str:
        """The query as forms on the board send it back: never empty, for an empty one means the deal's page."""
        return f"?{self._query.urlencode()}"


def refreshed(request: TenantRequest, board: str) -> BoardPage:
    """The board that a form was sent from, as it is now."""
    return BoardPage(request, QueryDict(board.removeprefix("?")))


def read_filter(query: QueryDict, calendar: FiscalCalendar) -> BoardFilter:
    """The filter in an address; what makes no sense is left out."""
    return BoardFilter(
        owner_id=_row_id(query.get("owner", "")),
        team_id=_row_id(query.get("team", "")),
        closing=_period(query.get("closing", ""), calendar),
        search=query.get("search", "").strip()[:120].replace("\0", ""),
    )


def _row_id(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _period(key: str, calendar: FiscalCalendar) -> Period | None:
    try:
        return calendar.parse(key) if key else None
    except DomainError:
        return None


def closings(day: date, calendar: FiscalCalendar) -> list[tuple[str, str]]:
    """Ends of periods to choose from: this month, this quarter, the next one, the year; each end once."""
    quarter = calendar.quarter_of(day)
    periods = (month_of(day), quarter, calendar.next(quarter), calendar.year_of(day))
    ends = {period.end: period for period in reversed(periods)}
    return [(ends[end].key, closes_by(ends[end])) for end in sorted(ends)]


def closes_by(period: Period) -> str:
    return gettext("Closes by %(day)s") % {"day": date_format(period.end, gettext("j M Y"))}


def segments(slug: str, query: QueryDict, current: str) -> list[Segment]:
    """The deals as a board or as a table; the filters that both know stay."""
    kept = QueryDict(mutable=True)
    for name in ("owner", "search"):
        if value := query.get(name):
            kept[name] = value
    rest = f"?{kept.urlencode()}" if kept else ""
    return [
        Segment(_("Board"), reverse("deal_board", kwargs={"tenant": slug}) + rest, "layout-kanban", current == "board"),
        Segment(_("Table"), reverse("deal_list", kwargs={"tenant": slug}) + rest, "table", current == "table"),
    ]


class _Faces:
    """Draws cards; what many cards have in common is made once."""

    def __init__(
        self, slug: str, currency: str, day: date, owners: Mapping[int, Member], risks: Mapping[int, Severity]
    ) -> None:
        self._root = reverse("deal_list", kwargs={"tenant": slug})
        self._currency, self._today, self._owners, self._risks = currency, day, owners, risks
        self._day_format = gettext("j M")
        self._days: dict[date, str] = {}
        self._avatars: dict[int, SafeString] = {}
        self._lights = {tone: light(tone) for tone in ("good", "warn", "risk")}
        self._marks = risk_marks()

    def drawn(self, stage: Stage, cards: Iterable[Card]) -> list[Face]:
        return [self._face(stage, card) for card in cards]

    def _face(self, stage: Stage, card: Card) -> Face:
        age = age_of(card.stage_since, stage, self._today)
        return Face(
            id=card.id,
            version=card.version,
            url=f"{self._root}{card.id}/",
            name=card.customer or card.title or card.reference,
            what=self._what(card),
            amount=amount(card.amount, self._currency),
            day=self._day(card.closed_on or card.expected_on),
            age=age.words if age else "",
            tone=age.tone if age else "",
            light=self._lights.get(age.tone, SafeString()) if age else SafeString(),
            hint=age.hint if age else "",
            risk=self._marks[self._risks[card.id]] if card.id in self._risks else SafeString(),
            late=self._late(card) if stage.kind == Stage.Kind.OPEN else "",
            owner=self._owners[card.owner_id].full_name,
            avatar=self._avatar(card.owner_id),
        )

    def _what(self, card: Card) -> str:
        if card.title and card.customer:
            return card.title
        if card.product and card.units > 1:
            return gettext("%(product)s × %(units)s") % {"product": card.product, "units": card.units}
        return card.product or card.reference

    def _late(self, card: Card) -> str:
        if card.next_step_on is None or card.next_step_on >= self._today:
            return ""
        return gettext("The next step was due on %(day)s.") % {"day": self._day(card.next_step_on)}

    def _day(self, day: date | None) -> str:
        if day is None:
            return ""
        if day not in self._days:
            self._days[day] = date_format(day, self._day_format)
        return self._days[day]

    def _avatar(self, owner_id: int) -> SafeString:
        if owner_id not in self._avatars:
            self._avatars[owner_id] = avatar(self._owners[owner_id].full_name, "sm")
        return self._avatars[owner_id]
