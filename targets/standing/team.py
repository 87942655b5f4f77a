"""The heat map: people (or, for who sees the whole company, teams) by measures, shaded by distance from the mean."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from django.db.models import Sum
from django.utils.functional import Promise

from accounts.access.actor import Actor
from accounts.access.policy import visible_members
from accounts.measures import Measure, Reading, Window, find_measure, together
from accounts.people.models import Dated, Role, TeamMembership
from pipeline.facts import Slice, totals
from pipeline.forecast.facts import Expected, open_by_owner
from salesops.lib.periods import Period
from salesops.lib.templatetags.charts import Shade, shade
from targets.attainment.pace import Attainment, Clockwork
from targets.cascade.models import TargetNode, TargetPlan
from targets.cascade.selectors import sees_all, visible_nodes
from targets.cascade.smart import Tone
from targets.facts import quotas_by_month
from targets.measures import ATTAINMENT, COVERAGE, Reached, attainment_of, coverage_of, reached
from targets.standing.selectors import own_part

# Beside attainment, in the order of the columns. Each is one query.
SHOWN = ("bookings", "win_rate", "visits", "coverage", "satisfaction")
Readings = Mapping[int, Reading]
Kind = Literal["member", "team", "sum"]
Asked = Mapping[tuple[Kind, int], Reached]
Group = tuple[Kind, int, str, list[int]]


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    name: str
    team_id: int
    team: str


@dataclass(frozen=True, slots=True)
class Cell:
    """`value` None: nothing there. `shade` is the class of its colour, `url` opens the records behind it."""

    value: Fraction | None
    unit: str
    shade: Shade | None
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    """A person or a team; `url` opens whoever it is."""

    name: str
    id: int
    kind: Kind
    ratio: Fraction | None
    tone: Tone
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class HeatMap:
    pace: Fraction
    columns: list[str | Promise]
    rows: list[Row]
    total: Row


def heat_map(actor: Actor, period: Period, as_of: date) -> HeatMap | None:
    """Up to eleven queries, however many people; None without anybody."""
    people = _people(actor, as_of)
    if not people:
        return None
    window = Window(period.start, period.end, as_of, actor.tenant.time_zone)
    attainment, columns, expected = _readings(window, people)
    people = [one for one in people if one.id in attainment or any(one.id in found for _, found in columns)] or people
    everybody = sees_all(actor, as_of)
    groups = _by_team(people) if everybody else _one_by_one(people)
    clockwork = Clockwork.of(period.start, period.end, as_of)
    asked = _asked(actor, period, as_of, of_teams=everybody)
    table = _Table(actor.tenant.slug, window, clockwork, attainment, columns, len(groups), asked, expected)
    rows = [table.row(kind, id, name, members) for kind, id, name, members in groups]
    every = [one.id for one in people]
    return HeatMap(clockwork.share, [measure.label for measure, _ in columns], rows, table.row("sum", 0, "", every))


def _people(actor: Actor, as_of: date) -> list[Person]:
    """Who is in a team today, sells, and is the reader's business; by team and name."""
    inside = TeamMembership.objects.filter(Dated.on(as_of), member__roles__contains=[Role.REP])
    within = visible_members(actor, "targets.view", as_of)
    inside = inside if within is None else inside.filter(member_id__in=within)
    rows = inside.order_by("team__name", "member__sort_name", "member_id")
    return [Person(*row) for row in rows.values_list("member_id", "member__full_name", "team_id", "team__name")]


def _one_by_one(people: Sequence[Person]) -> list[Group]:
    return [("member", one.id, one.name, [one.id]) for one in people]


def _by_team(people: Sequence[Person]) -> list[Group]:
    teams: dict[tuple[int, str], list[int]] = {}
    for one in people:
        teams.setdefault((one.team_id, one.team), []).append(one.id)
    return [("team", id, name, members) for (id, name), members in teams.items()]


def _asked(actor: Actor, period: Period, as_of: date, *, of_teams: bool) -> Asked:
    """What a team, and the reader's whole part, is to reach by a target of its own, and what the credits of the time
    bring to it: their people's quotas may add up to more, and overlays count for people only."""
    own = own_part(actor, period, as_of)
    if own is None:
        return {}
    booked = {team: total.value for (team,), total in totals(own.lines, by=("team",)).items()}
    asked: dict[tuple[Kind, int], Reached] = {("sum", 0): Reached(own.target, sum(booked.values(), Fraction(0)))}
    nodes = visible_nodes(actor, as_of).filter(
        kind=TargetNode.Kind.TEAM,
        plan__metric="bookings",
        plan__state=TargetPlan.State.APPROVED,
        cells__month__range=(period.start, period.end),
    )
    if of_teams:
        for team, target in nodes.order_by().values_list("team_id").annotate(target=Sum("cells__amount")):
            asked["team", team] = Reached(target, booked.get(team, Fraction(0)))
    return {who: one for who, one in asked.items() if one.quota}


def _readings(
    window: Window, people: Sequence[Person]
) -> tuple[Readings, list[tuple[Measure, Readings]], Mapping[int, Expected]]:
    """Attainment, every shown measure that anybody has something of, and the open deals.

    What the targets measure shares its queries with each other: quotas, bookings and open deals are read once. Overlays
    count towards a quota, and not as bookings, of which a team's are the sum."""
    ids = [one.id for one in people]
    credited = totals(Slice(window.first, window.until, participants=ids), by=("participant", "month", "kind"))
    booked: defaultdict[tuple[int, date], Fraction] = defaultdict(Fraction)
    direct: defaultdict[int, Fraction] = defaultdict(Fraction)
    for (member, month, kind), total in credited.items():
        booked[member, month] += total.value
        if kind == "direct":
            direct[member] += total.value
    people_reached = reached(quotas_by_month(window.first, window.last, ids), booked)
    expected = open_by_owner(window.until, window.last, ids)
    own: dict[str, Callable[[], Readings]] = {
        "bookings": lambda: {member: Reading(value) for member, value in direct.items()},
        "coverage": lambda: coverage_of(people_reached, expected),
    }
    columns = []
    for name in SHOWN:
        measure = COVERAGE if name == "coverage" else find_measure(name)
        if measure is None:
            continue
        found = own[name]() if name in own else measure.read(window, ids)
        if any(reading.amount for reading in found.values()):
            columns.append((measure, found))
    return attainment_of(people_reached), columns, expected


@dataclass(frozen=True, slots=True)
class _Table:
    """What every row of one heat map is made from."""

    slug: str
    window: Window
    clockwork: Clockwork
    attainment: Readings
    columns: Sequence[tuple[Measure, Readings]]
    groups: int
    asked: Asked
    expected: Mapping[int, Expected]

    def row(self, kind: Kind, id: int, name: str, members: Sequence[int]) -> Row:
        asked = self.asked.get((kind, id))
        found = attainment_of({0: asked})[0] if asked else self._sum(ATTAINMENT, self.attainment, members)
        target, actual = (int(found.of), int(found.amount)) if found else (0, 0)
        standing = Attainment(target, actual, self.clockwork)
        cells = [self._cell(measure, readings, kind, id, members) for measure, readings in self.columns]
        return Row(name, id, kind, standing.ratio, standing.tone, cells)

    def _cell(self, measure: Measure, readings: Readings, kind: Kind, id: int, members: Sequence[int]) -> Cell:
        found = self._covered(kind, id, members) if measure is COVERAGE else self._sum(measure, readings, members)
        value = found.value if found else None
        whole = together(readings.values(), adds_up=measure.adds_up).value
        mean = whole / self.groups if whole is not None and measure.adds_up else whole
        shaded = None if kind == "sum" else shade(value, mean, lower_is_better=measure.lower_is_better)
        url = measure.explain(self.slug, self.window, members[0]) if measure.explain and kind == "member" else ""
        return Cell(value, "times" if measure is COVERAGE else measure.unit, shaded, url if value is not None else "")

    def _covered(self, kind: Kind, id: int, members: Sequence[int]) -> Reading | None:
        """All that these people have open, against what is left of the target that is theirs together."""
        asked = self.asked.get((kind, id))
        if asked is None:
            return self._sum(COVERAGE, dict(self.columns)[COVERAGE], members)
        found = [self.expected[member] for member in members if member in self.expected]
        expected = Expected(sum(one.deals for one in found), sum(one.amount for one in found))
        return coverage_of({0: asked}, {0: expected}).get(0)

    @staticmethod
    def _sum(measure: Measure, readings: Readings, members: Iterable[int]) -> Reading | None:
        found = [readings[member] for member in members if member in readings]
        return together(found, adds_up=measure.adds_up) if found else None
