"""Payable as a sum that one can read: only the steps that moved something."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

STEPS = (
    "earned",
    "guaranteed",
    "capped",
    "held",
    "released",
    "clawed_back",
    "draw_advanced",
    "draw_recovered",
    "adjusted",
    "carried",
    "written_off",
    "payable",
)


@dataclass(frozen=True, slots=True)
class Term:
    """`minor` is printed as it is; `sign` does the arithmetic."""

    label: str
    minor: int
    sign: str
    hint: str = ""
    url: str = ""


def equation_of(amounts: Mapping[str, int], carried_in: int, hint: str) -> list[Term]:
    """From the amounts named in `STEPS`, one person's or everybody's. `carried_in` is what the month before carried, 0
    or negative; `hint` stands below what was earned."""
    moves = [
        (_("Guaranteed"), amounts["guaranteed"], ""),
        (_("Capped"), -amounts["capped"], ""),
        (_("Held"), -amounts["held"], ""),
        (_("Released"), amounts["released"], ""),
        (_("Clawed back"), -amounts["clawed_back"], ""),
        (_("Draw advanced"), amounts["draw_advanced"], ""),
        (_("Draw recovered"), -amounts["draw_recovered"], ""),
        (_("Adjusted"), amounts["adjusted"], _("corrections of paid months")),
        (_("Carried over"), carried_in, _("owed from the month before")),
        (_("Carried on"), -amounts["carried"], _("owed to the next month")),
        (_("Written off"), amounts["written_off"], ""),
    ]
    return [
        Term(_("Earned"), amounts["earned"], "", hint),
        *(Term(label, abs(minor), "+" if minor > 0 else "−", below) for label, minor, below in moves if minor),
        Term(_("Payable"), amounts["payable"], "="),
    ]
