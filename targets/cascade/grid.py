"""Part of a draft's tree in memory. Amounts move through `put`, which keeps children + unassigned = parent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import models
from django.db.models import Q

from targets.cascade.models import TargetCell, TargetNode, TargetPlan


class Grid:
    """Nodes with their cells, loaded in two queries and written back in two. The caller holds the plan's row lock."""

    def __init__(self, plan: TargetPlan, nodes: models.QuerySet[TargetNode]) -> None:
        self.plan = plan
        self.months: list[date] = plan.months
        self.nodes = {node.pk: node for node in nodes.order_by("depth", "position")}
        self._children: dict[int | None, list[TargetNode]] = {}
        for node in self.nodes.values():
            self._children.setdefault(node.parent_id, []).append(node)
        self._cells: dict[int, list[TargetCell]] = {}
        for cell in TargetCell.objects.filter(node__in=self.nodes).order_by("node_id", "month"):
            self._cells.setdefault(cell.node_id, []).append(cell)
        self._moved: dict[int, TargetCell] = {}
        self._marked: dict[int, TargetNode] = {}

    @classmethod
    def whole(cls, plan: TargetPlan) -> Grid:
        return cls(plan, TargetNode.objects.filter(plan=plan))

    @classmethod
    def around(cls, plan: TargetPlan, node: TargetNode) -> Grid:
        """The node, its parent, its siblings and its children: all that one edit or split can touch."""
        near = Q(pk__in=[node.pk, node.parent_id]) | Q(parent_id__in=[one for one in (node.pk, node.parent_id) if one])
        return cls(plan, TargetNode.objects.filter(near, plan=plan))

    def children(self, node: TargetNode) -> list[TargetNode]:
        return self._children.get(node.pk, [])

    def parent(self, node: TargetNode) -> TargetNode | None:
        return self.nodes.get(node.parent_id) if node.parent_id else None

    def amounts(self, node: TargetNode) -> list[int]:
        """The node's target, month by month."""
        return [cell.amount for cell in self._cells[node.pk]]

    def total(self, node: TargetNode) -> int:
        return sum(self.amounts(node))

    def left(self, node: TargetNode) -> list[int]:
        """What is left to place among the children, month by month; negative where they have too much."""
        return [cell.unassigned for cell in self._cells[node.pk]]

    def put(self, node: TargetNode, amounts: Sequence[int]) -> None:
        """Give the node these months. Its children and its siblings keep theirs; the difference is left to place."""
        parent = self.parent(node)
        for index, amount in enumerate(amounts):
            cell = self._cells[node.pk][index]
            difference = amount - cell.amount
            if not difference:
                continue
            cell.amount = amount
            cell.unassigned += 0 if node.leaf else difference
            self._moved[cell.pk] = cell
            if parent is not None:
                above = self._cells[parent.pk][index]
                above.unassigned -= difference
                self._moved[above.pk] = above

    def mark(self, node: TargetNode, **changes: object) -> None:
        """Change the node itself: its lock, or how its children got their amounts."""
        for name, value in changes.items():
            setattr(node, name, value)
        self._marked[node.pk] = node

    def save(self) -> None:
        TargetCell.objects.bulk_update(self._moved.values(), ["amount", "unassigned"], batch_size=2000)
        TargetNode.objects.bulk_update(self._marked.values(), ["locked", "split_method"], batch_size=2000)
