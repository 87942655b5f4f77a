"""The models of the rooms, gathered for Django."""

from reviews.cycles.models import CycleCard, Review, ReviewCycle, ReviewScore
from reviews.scorecards.models import Kpi, Scorecard, ScorecardItem, ScorecardVersion

__all__ = [
    "CycleCard",
    "Kpi",
    "Review",
    "ReviewCycle",
    "ReviewScore",
    "Scorecard",
    "ScorecardItem",
    "ScorecardVersion",
]
