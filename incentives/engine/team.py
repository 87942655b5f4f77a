"""Who reports to whom, over time, and what of their credits and earnings rolls up (commissions.md, detail 23)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from math import lcm

from incentives.engine.facts import Credit, Participant
from incentives.engine.ready import EventKey
from incentives.engine.results import ComponentResult
from incentives.engine.rules import Rule

Known = Mapping[str, tuple[Sequence[Credit], Sequence[ComponentResult]]]
_EARNING = {"commission", "bonus", "spiff"}


class Team:
    """The dated tree of all participants. `share_unit` is one in which everybody's shares are whole."""

    def __init__(self, participants: Sequence[Participant]) -> None:
        self._people = {one.key: one for one in participants}
        self._reports: defaultdict[str, list[str]] = defaultdict(list)
        for one in participants:
            for manager in dict.fromkeys(reporting.manager for reporting in one.managers):
                self._reports[manager].append(one.key)
        self.share_unit = lcm(*(one.share_unit for one in participants))

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

    def is_below(self, member: str, manager: str, day: date, *, directly: bool = False) -> bool:
        """Whether the member reported to the manager that day, at any level, and both were active."""
        if not (self._people[member].active_on(day) and self._people[manager].active_on(day)):
            return False
        chain = self._chain(member, day)
        return next(chain, None) == manager if directly else manager in chain

    def _chain(self, member: str, day: date) -> Iterator[str]:
        """The member's managers upward; a cycle ends where it closes."""
        seen = {member}
        above = self._manager_on(member, day)
        while above is not None and above not in seen:
            yield above
            seen.add(above)
            above = self._manager_on(above, day)

    def _manager_on(self, member: str, day: date) -> str | None:
        person = self._people.get(member)
        reportings = person.managers if person else ()
        return next((one.manager for one in reportings if one.holds_on(day)), None)

    def credits_below(self, manager: str, known: Known, unit: int, *, directly: bool) -> list[Credit]:
        """The direct credits of those below, each on its own, by the tree of its event's day."""
        rolled = []
        for key in self.ever_below(manager):
            finer = unit // self._people[key].share_unit
            for credit in known[key][0]:
                day = credit.counts_on or credit.day
                if credit.kind == "direct" and self.is_below(key, manager, day, directly=directly):
                    rolled.append(credit._replace(share=credit.share * finer, kind="rollup", holder=key))
        return sorted(rolled, key=lambda credit: credit[:2])

    def earnings_below(self, manager: str, known: Known, unit: int) -> list[Credit]:
        """What those below earned, unrounded, as credits dated like the lines."""
        rolled = []
        for key in self.ever_below(manager):
            for result in known[key][1]:
                if result.component.kind not in _EARNING:
                    continue
                for line in result.lines:
                    if self.is_below(key, manager, line.day):
                        amount = result.exact_of(line)
                        rolled.append(
                            Credit(
                                day=line.day,
                                event=line.credit.event if line.credit else "",
                                basis="booking",
                                amount=amount,
                                share=unit,
                                margin=amount,
                                kind="rollup",
                                source=line.credit.source if line.credit else None,
                                deal=line.credit.deal if line.credit else "",
                                holder=f"{key}/{result.component.code}",
                            )
                        )
        return rolled

    def missing_rates(self, rule: Rule, credits: Sequence[Credit], known: Known, unit: int) -> dict[EventKey, Fraction]:
        """For each rolled-up credit, the total rate less what the rep's flat commissions paid on it, at least 0."""
        paid = {holder: _flat_pay(known[holder][1], rule) for holder in {credit.holder for credit in credits}}
        total = Fraction(rule.tiers[0].rate) * (1 if rule.component.pays_on_money else rule.minor)
        rates: dict[EventKey, Fraction] = {}
        for credit in credits:
            if credit.lowers:
                continue
            base = rule.quantity(credit) * Fraction(credit.share, unit)
            was_paid = paid[credit.holder].get(credit.event, Fraction(0))
            per_unit = max(total - was_paid / base, Fraction(0)) if base else Fraction(0)
            rates[credit.event, credit.holder, credit.kind] = per_unit / (
                1 if rule.component.pays_on_money else rule.minor
            )
        return rates


def _flat_pay(results: Sequence[ComponentResult], rule: Rule) -> dict[str, Fraction]:
    """What a rep's flat commissions of the measure paid on each event."""
    paid: defaultdict[str, Fraction] = defaultdict(Fraction)
    for result in results:
        component = result.component
        is_flat = component.kind == "commission" and component.rate.method == "flat"
        if is_flat and component.measure == rule.component.measure:
            for line in result.lines:
                if line.credit is not None and line.credit.kind == "direct":
                    paid[line.credit.event] += result.exact_of(line)
    return paid
