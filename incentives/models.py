"""Every room's tables."""

from incentives.payouts.models import PayoutBatch
from incentives.plans.models import Plan, PlanAssignment, PlanVersion
from incentives.statements.models import Earning, EarningLine, Statement, StatementProblem

__all__ = [
    "Earning",
    "EarningLine",
    "PayoutBatch",
    "Plan",
    "PlanAssignment",
    "PlanVersion",
    "Statement",
    "StatementProblem",
]
