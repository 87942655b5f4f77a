"""Every room's tables."""

from targets.attainment.models import TargetSnapshot
from targets.cascade.models import TargetCell, TargetNode, TargetPlan

__all__ = ["TargetCell", "TargetNode", "TargetPlan", "TargetSnapshot"]
