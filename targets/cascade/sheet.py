"""The cascade as rows to look at: a tree flattened to what is open, each row with its history and its lights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from accounts.access.actor import Actor
from salesops.lib.money import round_half_up
from salesops.lib.periods import FiscalCalendar, Period, months_between
from targets.cascade.history import Credits
from targets.cascade.metrics import Metric, get_metric
from targets.cascade.models import TargetNode, TargetPlan
from targets.cascade.selectors import NodeWithCells, depth_first, shown_tree
from targets.cascade.smart import Facts, Light, Parent, lights

QUARTERS = 8  # of history beside each target


@dataclass(frozen=True, slots=True)
class Row:
    """A node as the grid shows it. Amounts in minor units; `earlier` are quarters, oldest first."""

    node: TargetNode
    level: int
    opened: bool
    months: Sequence[int]
    left_months: Sequence[int]
    earlier: Sequence[int]
    lights: Sequence[Light]

    @property
    def amount(self) -> int:
        return sum(self.months)

    @property
    def left(self) -> int:
        return sum(self.left_months)

    @property
    def over(self) -> int:
        """What is placed too much below it."""
        return max(-self.left, 0)

    @property
    def unplaced(self) -> bool:
        """Something is left or too much in some month, even where the months cancel out."""
        return any(self.left_months)

    @property
    def last(self) -> int:
        return self.earlier[-1]

    @property
    def growth(self) -> Fraction | None:
        """Against the last full quarter; None where nothing was credited then."""
        return Fraction(self.amount, self.last) - 1 if self.last > 0 else None


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is open of a plan's tree. `gaps` are all rows with something left to place, open or not, deepest last."""

    plan: TargetPlan
    metric: Metric
    quarter: Period
    last_quarter: Period
    rows: Sequence[Row]
    gaps: Sequence[Row]
    opened: frozenset[int]

    def row(self, node_id: int | None) -> Row | None:
        return next((row for row in self.rows if row.node.pk == node_id), None)

    def children(self, node: TargetNode) -> list[Row]:
        return [row for row in self.rows if row.node.parent_id == node.pk]


def load_sheet(actor: Actor, plan: TargetPlan, *, opened: frozenset[int] | None, as_of: date) -> Sheet:
    """`opened` None: the tree as it first opens. At most five queries, however many rows."""
    quarter = actor.tenant.calendar.parse(plan.period)
    earlier = full_quarters_before(quarter, actor.tenant.calendar, as_of)
    tree = shown_tree(actor, as_of, plan, opened)
    metric = get_metric(plan.metric)
    credits = Credits.behind(metric, tree.nodes, earlier[0].start, earlier[-1].end)
    drawer = _Drawer(
        plan,
        metric,
        quarter,
        earlier,
        {month.start: at for at, each in enumerate(earlier) for month in months_between(each.start, each.end)},
        credits,
        nodes={node.pk: node for node in tree.nodes},
        opened=tree.opened,
        today=as_of,
    )
    rows = [drawer.row(node, level) for node, level in depth_first(tree.nodes, tree.opened)]
    gaps = [drawer.row(node, 0) for node in tree.nodes if any(node.unassigned)]
    return Sheet(plan, metric, quarter, earlier[-1], rows, gaps, tree.opened)


def full_quarters_before(quarter: Period, calendar: FiscalCalendar, as_of: date) -> list[Period]:
    """Oldest first. One that is still under way says little about the next, so it is left out."""
    last = calendar.previous(quarter)
    while last.end >= as_of:
        last = calendar.previous(last)
    quarters = [last]
    while len(quarters) < QUARTERS:
        quarters.insert(0, calendar.previous(quarters[0]))
    return quarters


@dataclass(frozen=True, slots=True)
class _Drawer:
    """Turns nodes into rows."""

    plan: TargetPlan
    metric: Metric
    quarter: Period
    earlier: Sequence[Period]
    index: Mapping[date, int]
    credits: Credits
    nodes: Mapping[int, NodeWithCells]
    opened: frozenset[int]
    today: date

    def row(self, node: NodeWithCells, level: int) -> Row:
        quarters = self.credits.by_period(node, self.index, len(self.earlier))
        earlier = [round_half_up(amount) for amount in quarters]
        opened = node.pk in self.opened and not node.leaf
        lit = lights(self._facts(node, earlier))
        return Row(node, level, opened, node.amounts, node.unassigned, earlier, lit)

    def _facts(self, node: NodeWithCells, earlier: Sequence[int]) -> Facts:
        parent = self.nodes.get(node.parent_id) if node.parent_id else None
        setter = self.plan.set_by
        return Facts(
            metric=str(self.metric.label),
            name=node.name,
            amount=sum(node.amounts),
            owner=node.owner.full_name if node.owner else "",
            reps=node.reps,
            setter=setter.full_name if setter else "",
            parent=Parent(parent.name, sum(parent.amounts), sum(parent.unassigned)) if parent else None,
            earlier=earlier,
            period=self.quarter.key,
            last_period=self.earlier[-1].key,
            starts_on=self.quarter.start,
            ends_on=self.quarter.end,
            today=self.today,
            approved=self.plan.state in {TargetPlan.State.APPROVED, TargetPlan.State.SUPERSEDED},
        )
