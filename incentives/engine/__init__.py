"""The incentive engine: plan terms, credits and quotas in; lines, earnings and payouts out. Pure Python.

`parse_plan` checks a plan document, `calculate` is the one call of the nightly run, the estimator, simulations and the
`calculate_plan` command, `digest` tells whether a participant needs it at all.
"""

from incentives.engine.calculation import ENGINE_VERSION, calculate
from incentives.engine.digest import digest
from incentives.engine.facts import Basis, Credit, Deal, Exact, Inputs, Membership, Participant, Reporting
from incentives.engine.reading import parse_plan
from incentives.engine.results import (
    Change,
    ComponentResult,
    Line,
    ParticipantResult,
    Payout,
    Problem,
    Results,
    Slice,
    Takeback,
)
from incentives.engine.terms import Component, Filter, Measure, Multiplier, Plan, Rate, Tier

__all__ = [
    "ENGINE_VERSION",
    "Basis",
    "Change",
    "Component",
    "ComponentResult",
    "Credit",
    "Deal",
    "Exact",
    "Filter",
    "Inputs",
    "Line",
    "Measure",
    "Membership",
    "Multiplier",
    "Participant",
    "ParticipantResult",
    "Payout",
    "Plan",
    "Problem",
    "Rate",
    "Reporting",
    "Results",
    "Slice",
    "Takeback",
    "Tier",
    "calculate",
    "digest",
    "parse_plan",
]
