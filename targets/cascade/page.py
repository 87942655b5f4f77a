"""What the cascade's templates need beyond the sheet: addresses, what may be done, how each method would spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from django.utils.functional import Promise

from accounts.access.actor import Actor
from accounts.access.policy import has
from salesops.lib.errors import DomainError
from salesops.lib.forms import translated
from targets.cascade.addresses import View
from targets.cascade.approval import refuse_own
from targets.cascade.methods import BY_HAND, METHODS
from targets.cascade.models import TargetNode, TargetPlan
from targets.cascade.sheet import Row, Sheet, load_sheet


@dataclass(frozen=True, slots=True)
class Cell:
    """A number of the grid. `url` opens it for editing (blank: not to be edited); `month` None is the quarter."""

    id: str
    amount: int
    url: str
    month: date | None
    editing: bool


@dataclass(frozen=True, slots=True)
class ShownRow:
    row: Row
    toggle: str
    choose: str
    cells: Sequence[Cell]
    chosen: bool

    @property
    def node(self) -> TargetNode:
        return self.row.node


@dataclass(frozen=True, slots=True)
class Choice:
    """A way to split. `spread` is how far target ÷ last quarter would lie apart among the children; None: not known."""

    key: str
    label: str | Promise
    spread: Fraction | None
    current: bool


@dataclass(frozen=True, slots=True)
class Rights:
    """What the actor may do with the plan as it stands. `why_not` says why it cannot be approved by this actor."""

    edit: bool
    set: bool
    approve: bool
    why_not: str = ""


def cascade_page(actor: Actor, plan: TargetPlan, view: View, as_of: date) -> dict[str, Any]:
    """The context of `_cascade.html`."""
    rights = rights_of(actor, plan)
    if not rights.edit:
        view = view.at_rest()
    if view.opened is not None and view.node is not None:
        view = replace(view, opened=view.opened | {view.node})
    sheet = load_sheet(actor, plan, opened=view.opened, as_of=as_of)
    shown = [_shown(row, sheet, view, rights) for row in sheet.rows]
    chosen = sheet.row(view.node) or _default_choice(sheet)
    parents = [row.node.pk for row in sheet.rows if not row.node.leaf]
    return {
        "plan": plan,
        "sheet": sheet,
        "rows": shown,
        "months": plan.months,
        "rights": rights,
        "query": view.at_rest().query(),
        "editing_query": view.query(),
        "open_all": view.opening(parents).query(),
        "close_all": view.opening([]).query() if parents else "",
        "chosen": chosen,
        "choices": choices(sheet, chosen) if chosen and not chosen.node.leaf else [],
        "children": sheet.children(chosen.node) if chosen else [],
        "good_lights": sum(light.tone == "good" for light in chosen.lights) if chosen else 0,
        "gap": sheet.gaps[-1] if sheet.gaps else None,
        "other_gaps": max(len(sheet.gaps) - 1, 0),
        "gap_children": _unlocked_below(sheet, sheet.gaps[-1]) if sheet.gaps else [],
        "editing": sheet.row(view.editing),
        "editing_month": view.month,
    }


def _default_choice(sheet: Sheet) -> Row | None:
    """Where there is something to do, else the first row."""
    wanted = sheet.row(sheet.gaps[-1].node.pk) if sheet.gaps else None
    return wanted or (sheet.rows[0] if sheet.rows else None)


def rights_of(actor: Actor, plan: TargetPlan) -> Rights:
    may_set, may_approve = has(actor, "targets.set"), has(actor, "targets.approve")
    submitted = plan.state == TargetPlan.State.SUBMITTED
    why_not = ""
    if submitted and may_approve:
        try:
            refuse_own(actor, plan)
        except DomainError as error:
            why_not = translated(error)
    return Rights(may_set and plan.is_draft, may_set, may_approve and submitted, why_not)


def _shown(row: Row, sheet: Sheet, view: View, rights: Rights) -> ShownRow:
    node = row.node
    editable = rights.edit and not node.locked
    months: list[date | None] = [None, *sheet.plan.months]
    cells = [
        Cell(
            id=f"c-{node.pk}-{month:%Y-%m}" if month else f"c-{node.pk}",
            amount=amount,
            url=view.editing_cell(node.pk, month).query() if editable else "",
            month=month,
            editing=view.editing == node.pk and view.month == month and editable,
        )
        for month, amount in zip(months, [row.amount, *row.months], strict=True)
    ]
    toggle = "" if node.leaf else view.toggling(node.pk, sheet.opened).query() or "?"
    return ShownRow(row, toggle, view.choosing(node.pk).query(), cells, chosen=node.pk == view.node)


def _unlocked_below(sheet: Sheet, gap: Row) -> list[Row]:
    return [row for row in sheet.children(gap.node) if not row.node.locked]


def choices(sheet: Sheet, chosen: Row) -> list[Choice]:
    """The methods for the chosen node, and by hand where that is how it stands."""
    children = sheet.children(chosen.node)
    last = [Fraction(max(row.last, 0)) for row in children]
    weights: Mapping[str, Sequence[Fraction]] = {
        "evenly": [Fraction(1)] * len(children),
        "last-period-share": last,
    }
    found = [
        Choice(key, METHODS[key].label, _spread(weights[key], last), chosen.node.split_method == key)
        for key in ("last-period-share", "evenly")
    ]
    if chosen.node.split_method in {BY_HAND, "weights"}:
        label = METHODS["weights"].label if chosen.node.split_method == "weights" else ""
        present = _spread([Fraction(row.amount) for row in children], last)
        found.append(Choice(chosen.node.split_method, label, present, current=True))
    return found


def _spread(weights: Sequence[Fraction], last: Sequence[Fraction]) -> Fraction | None:
    """How far target ÷ last quarter lies apart, as a share of its mean, among the children who had a last quarter."""
    ratios = [weight / before for weight, before in zip(weights, last, strict=True) if before]
    mean = sum(ratios, Fraction(0)) / max(len(ratios), 1)
    return (max(ratios) - min(ratios)) / 2 / mean if len(ratios) > 1 and mean else None
