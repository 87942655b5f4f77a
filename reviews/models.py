"""The models of the rooms, gathered for Django."""

from reviews.cycles.models import CycleCard, Review, ReviewCycle, ReviewScore
from reviews.feedback.models import FeedbackCase, FeedbackEntry, ResponseTimes
from reviews.scorecards.models import Kpi, Scorecard, ScorecardItem, ScorecardVersion

__all__ = [
    "CycleCard",
    "FeedbackCase",
    "FeedbackEntry",
    "Kpi",
    "ResponseTimes",
    "Review",
    "ReviewCycle",
    "ReviewScore",
    "Scorecard",
    "ScorecardItem",
    "ScorecardVersion",
]
