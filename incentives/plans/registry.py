"""Scores that multiply earnings: the slot by which an app above hands its final scorecards to the plans.

A component's `multiplier.kpi` names a card; the card's score of the component's own measurement period picks the band.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction

Score = tuple[int, str, str]
"""Member, code of the card, key of the measurement period."""


@dataclass(frozen=True, slots=True)
class ScoreSource:
    """`final(cards, periods)` answers the finished scores of everybody in one query; an unfinished one is absent."""

    name: str
    final: Callable[[Collection[str], Collection[str]], Mapping[Score, Fraction]]


_sources: list[ScoreSource] = []


def register(*sources: ScoreSource) -> None:
    """Called once by each app when it is ready."""
    _sources.extend(sources)


def final_scores(cards: Collection[str], periods: Collection[str]) -> dict[Score, Fraction]:
    """What every source knows of these cards in these periods; nothing is asked where no plan names a card."""
    found: dict[Score, Fraction] = {}
    for source in _sources if cards and periods else ():
        found |= source.final(cards, periods)
    return found
