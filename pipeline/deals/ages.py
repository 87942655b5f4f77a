"""How long a deal has been in its stage, against what the stage allows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.utils.translation import gettext, ngettext

from pipeline.deals.models import Stage

_NEARLY = (3, 4)  # from three quarters of the allowed age on it is time to look


@dataclass(frozen=True, slots=True)
class Age:
    """Days in the stage; `allowed` None: the stage sets no limit, so nothing is said about the age."""

    days: int
    allowed: int | None

    @property
    def tone(self) -> Literal["good", "warn", "risk", ""]:
        if self.allowed is None:
            return ""
        if self.days > self.allowed:
            return "risk"
        part, whole = _NEARLY
        return "warn" if self.days * whole > self.allowed * part else "good"

    @property
    def words(self) -> str:
        """`6 d`, `17 d of 21`, `26 d, 21 allowed`: the closer to the limit, the more of it is said."""
        told = {"days": self.days, "allowed": self.allowed}
        if self.tone == "risk":
            return gettext("%(days)s d, %(allowed)s allowed") % told
        if self.tone == "warn":
            return gettext("%(days)s d of %(allowed)s") % told
        return gettext("%(days)s d") % told

    @property
    def hint(self) -> str:
        if self.allowed is None:
            return ngettext("%(days)s day in this stage", "%(days)s days in this stage", self.days) % {
                "days": self.days
            }
        return gettext("%(days)s of %(allowed)s days allowed in this stage") % {
            "days": self.days,
            "allowed": self.allowed,
        }


def age_of(stage_since: date, stage: Stage, as_of: date) -> Age | None:
    """None for a deal that is won or lost: it does not grow old."""
    if stage.kind != Stage.Kind.OPEN:
        return None
    return Age(max((as_of - stage_since).days, 0), stage.allowed_days)
