"""Who reports to whom, over time, and what of their credits and earnings rolls up (commissions.md, detail 23)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from fractions import Fraction
from math import lcm

from incentives.engine.facts import Credit, Participant
from incentives.engine.ready import EventKey
from incentives.engine.results import ComponentResult, Line, Problem
from incentives.engine.rules import Rule

Known = tuple[Participant, Sequence[Credit], Sequence[ComponentResult], Sequence[Problem]]
_EARNING = {"commission", "bonus", "spiff"}


class Team:
    """The dated tree of everybody who is calculated; a person may be several participants, one for each stretch.

    `share_unit` is one in which everybody's shares are whole.
    """

    def __init__(self, known: Iterable[Known]) -> None:
        self._known: defaultdict[str, list[Known]] = defaultdict(list)
        self._reports: defaultdict[str, list[str]] = defaultdict(list)
        for each in known:
            participant = each[0]
            if participant.key not in self._known:
                for manager in dict.fromkeys(reporting.manager for reporting in participant.managers):
                    self._reports[manager].append(participant.key)
            self._known[participant.key].append(each)
        self.share_unit = lcm(*(each[0].share_unit for several in self._known.values() for each in several))

    def has_reports(self, manager: str) -> bool:
        return manager in self._reports

    def ever_below(self, manager: str) -> list[str]:
        """Everyone who was below the manager at any time, in the order of their ids."""
        found: set[str] = set()
        waiting = list(self._reports.get(manager, ()))
        while waiting:
            if (key := waiting.pop()) not in found:
                found.add(key)
                waiting += self._reports.get(key, ())
        return sorted(found - {manager})

    def problems_below(self, manager: str) -> list[Problem]:
        return [problem for key in self.ever_below(manager) for each in self._known[key] for problem in each[3]]

    def credits_below(self, manager: Participant, *, directly: bool) -> list[Credit]:
        """The direct credits of those below, each on its own, by the tree of its event's day."""
        rolled = []
        for member, credits, _, _ in self._below(manager):
            finer = self.share_unit // member.share_unit
            for credit in credits:
                day = credit.counts_on or credit.day
                if credit.kind == "direct" and self._is_below(member, manager, day, directly=directly):
                    rolled.append(credit._replace(share=credit.share * finer, kind="rollup", holder=member.key))
        return sorted(rolled, key=lambda credit: credit[:2])

    def earnings_below(self, manager: Participant) -> list[Credit]:
        """What those below earned, unrounded, as credits dated like the lines."""
        return [
            self._earned(member, result, line)
            for member, _, results, _ in self._below(manager)
            for result in results
            if result.component.kind in _EARNING
            for line in result.lines
            if self._is_below(member, manager, line.day)
        ]

    def missing_rates(self, rule: Rule, credits: Sequence[Credit]) -> dict[EventKey, Fraction]:
        """For each rolled-up credit, the total rate less what the rep's flat commissions paid on it, at least 0."""
        paid = {holder: self._flat_pay(holder, rule) for holder in {credit.holder for credit in credits}}
        total, unit = Fraction(rule.tiers[0].rate), 1 if rule.component.pays_on_money else rule.minor
        rates: dict[EventKey, Fraction] = {}
        for credit in credits:
            base = rule.quantity(credit) * Fraction(credit.share, self.share_unit)
            if base and not credit.lowers:
                was_paid = paid[credit.holder].get(credit.event, Fraction(0)) / base / unit
                rates[credit.event, credit.holder, credit.kind] = max(total - was_paid, Fraction(0))
        return rates

    def _below(self, manager: Participant) -> Iterator[Known]:
        return (each for key in self.ever_below(manager.key) for each in self._known[key])

    def _is_below(self, member: Participant, manager: Participant, day: date, *, directly: bool = False) -> bool:
        """Whether the member reported to the manager that day, at any level, and both were active."""
        if not (member.active_on(day) and manager.active_on(day)):
            return False
        chain = self._chain(member.key, day)
        return next(chain, None) == manager.key if directly else manager.key in chain

    def _chain(self, member: str, day: date) -> Iterator[str]:
        """The member's managers upward; a cycle ends where it closes."""
        seen = {member}
        above = self._manager_on(member, day)
        while above is not None and above not in seen:
            yield above
            seen.add(above)
            above = self._manager_on(above, day)

    def _manager_on(self, member: str, day: date) -> str | None:
        several = self._known.get(member)
        reportings = several[0][0].managers if several else ()
        return next((one.manager for one in reportings if one.holds_on(day)), None)

    def _earned(self, member: Participant, result: ComponentResult, line: Line) -> Credit:
        amount = result.exact_of(line)
        return Credit(
            day=line.day,
            event=line.credit.event if line.credit else "",
            basis="booking",
            amount=amount,
            share=self.share_unit,
            margin=amount,
            kind="rollup",
            source=line.credit.source if line.credit else None,
            deal=line.credit.deal if line.credit else "",
            holder=f"{member.key}/{result.component.code}",
        )

    def _flat_pay(self, member: str, rule: Rule) -> dict[str, Fraction]:
        """What a rep's flat commissions of the measure paid on each event."""
        paid: defaultdict[str, Fraction] = defaultdict(Fraction)
        for _, _, results, _ in self._known[member]:
            for result in results:
                component = result.component
                is_flat = component.kind == "commission" and component.rate.method == "flat"
                if is_flat and component.measure == rule.component.measure:
                    for line in result.lines:
                        if line.credit is not None and line.credit.kind == "direct":
                            paid[line.credit.event] += result.exact_of(line)
        return paid
