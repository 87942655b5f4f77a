"""What the ledger credited to a plan's nodes, month by month: the base of splits, comparisons and attainment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any, TypeVar

from accounts.people.models import Team
from pipeline.facts import Dimension, Slice, Total, totals
from targets.cascade.metrics import Metric
from targets.cascade.models import TargetNode

K = TypeVar("K")
Months = defaultdict[date, Fraction]
_KIND = TargetNode.Kind
_WIDE = {_KIND.COMPANY, _KIND.REGION}


class Credits:
    """Credited amounts by node and month between two days, in minor units. Three queries, however many nodes.

    A region's and a team's credits are those that their people earned while they were there, whoever is there now: the
    ledger keeps team and region of each line. A member's are those earned in the team of the node. Overlays count for
    their member only: company, regions and teams count every deal once.
    `members` limits the members that can be asked about (None: all of them). `teams` limits everything to those teams
    and the ones below, and spares a query; the company and its regions cannot be asked about then.
    """

    def __init__(
        self,
        metric: Metric,
        first: date,
        last: date,
        *,
        members: Iterable[int] | None = None,
        teams: Iterable[int] | None = None,
        up_to: int | None = None,
    ) -> None:
        self._metric, self._first, self._last = metric, first, last
        self._company: Months = defaultdict(Fraction)
        self._regions: dict[int | None, Months] = {}
        self._teams: dict[int | None, Months] = {}
        self._members: dict[tuple[int | None, int | None], Months] = {}
        self._direct: dict[tuple[int | None, int | None], Months] = {}
        self._parents = dict(Team.objects.values_list("id", "parent_id"))
        if teams is not None:
            wanted = frozenset(teams)
            below = frozenset(team for team in self._parents if wanted & set(_chain(team, self._parents)))
            self._add_people(metric.lines(first, last, teams=below, up_to=up_to))
            self._add_teams_of_people()
            return
        self._add_places(metric.lines(first, last, up_to=up_to, kind="direct"))
        asked = None if members is None else frozenset(members)
        if asked is None or asked:
            self._add_people(metric.lines(first, last, participants=asked, up_to=up_to))

    @classmethod
    def behind(cls, metric: Metric, nodes: Iterable[TargetNode], first: date, last: date) -> Credits:
        """For these nodes, and no others."""
        nodes = list(nodes)
        members = [node.member_id for node in nodes if node.member_id is not None]
        teams = {node.team_id for node in nodes}
        if any(node.kind in _WIDE for node in nodes) or None in teams:
            return cls(metric, first, last, members=members)
        return cls(metric, first, last, teams=[team for team in teams if team is not None])

    def _add_places(self, where: Slice) -> None:
        for (region_id, team_id, month), total in self._sums(where, "region", "team", "month").items():
            self._company[month] += total.value
            if region_id is not None:
                self._add(self._regions, region_id, month, total.value)
            for above in _chain(team_id, self._parents):
                self._add(self._teams, above, month, total.value)

    def _add_people(self, where: Slice) -> None:
        for (member_id, team_id, month, kind), total in self._sums(
            where, "participant", "team", "month", "kind"
        ).items():
            self._add(self._members, (member_id, team_id), month, total.value)
            if kind == "direct":
                self._add(self._direct, (member_id, team_id), month, total.value)

    def _add_teams_of_people(self) -> None:
        for (_, team_id), months in self._direct.items():
            for above in _chain(team_id, self._parents):
                for month, value in months.items():
                    self._add(self._teams, above, month, value)

    def _sums(self, where: Slice, *by: Dimension) -> dict[tuple[Any, ...], Total]:
        return totals(where, by=by, measure=self._metric.measure)

    def months(self, node: TargetNode) -> Mapping[date, Fraction]:
        """Credited in each month; 0 where nothing was."""
        empty: Months = defaultdict(Fraction)
        if node.kind == _KIND.COMPANY:
            return self._company
        if node.kind == _KIND.REGION:
            return self._regions.get(node.region_id, empty)
        if node.kind == _KIND.TEAM:
            return self._teams.get(node.team_id, empty)
        return self._members.get((node.member_id, node.team_id), empty)

    def total(self, node: TargetNode) -> Fraction:
        return sum(self.months(node).values(), Fraction(0))

    def by_period(self, node: TargetNode, index: Mapping[date, int], count: int) -> list[Fraction]:
        """Credited in each of `count` periods; `index` says which one a month's first day belongs to."""
        sums = [Fraction(0)] * count
        for month, value in self.months(node).items():
            if month in index:
                sums[index[month]] += value
        return sums

    def between(self, node: TargetNode, first: date, last: date) -> Fraction:
        """Credited in the months that begin in those days."""
        months = self.months(node).items()
        return sum((value for month, value in months if first <= month <= last), Fraction(0))

    def lines(self, node: TargetNode, first: date, last: date) -> Slice:
        """The credit lines behind the node's amount in those days: what a number opens onto."""
        if node.kind == _KIND.COMPANY:
            return self._metric.lines(first, last, kind="direct")
        if node.kind == _KIND.REGION:
            return self._metric.lines(first, last, regions=_only(node.region_id), kind="direct")
        if node.kind == _KIND.TEAM:
            below = frozenset(team for team in self._parents if node.team_id in _chain(team, self._parents))
            return self._metric.lines(first, last, teams=below, kind="direct")
        teams = None if node.team_id is None else _only(node.team_id)
        return self._metric.lines(first, last, participants=_only(node.member_id), teams=teams)

    @staticmethod
    def _add(sums: dict[K, Months], key: K, month: date, value: Fraction) -> None:
        sums.setdefault(key, defaultdict(Fraction))[month] += value


def _only(id: int | None) -> frozenset[int]:
    return frozenset() if id is None else frozenset({id})


def _chain(team_id: int | None, parents: Mapping[int, int | None]) -> list[int]:
    """The team and all above it; a cycle in the data ends instead of looping."""
    chain: list[int] = []
    while team_id is not None and team_id not in chain:
        chain.append(team_id)
        team_id = parents.get(team_id)
    return chain
