"""The places that this room fills: the navigation, the night, panels, what waits, and its own detectors."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.access.navigation import Entry
from accounts.access.navigation import register as register_entry
from accounts.access.panels import Panel
from accounts.home.panels import home_panels
from accounts.home.waiting import register as register_waiting
from accounts.jobs.registry import register as register_job
from accounts.notifications.registry import register as register_notification
from accounts.notifications.registry import register_letter
from accounts.people.models import Role
from pipeline.risks import detectors, digest, registry
from pipeline.risks.night import RISKS
from pipeline.risks.waiting import WAITING, active_count
from pipeline.slots import customer_panels, deal_panels

_SELLING = (Role.EXECUTIVE, Role.MANAGER, Role.REP)


def fill_slots() -> None:
    """Called once, when the app is ready."""
    register_entry(Entry("pipeline", 60, _("Risks"), "risk_board", "alert-triangle", "risks.view", count=active_count))
    home_panels.register(Panel("alerts", _("Alerts"), "risk_home_panel", "risks.view", 20, roles=_SELLING))
    deal_panels.register(Panel("risks", _("Risks"), "deal_risks", "risks.view", 20))
    customer_panels.register(Panel("risks", _("Risks"), "customer_risks", "risks.view", 30))
    register_waiting(WAITING)
    register_job(RISKS)
    register_job(digest.DIGEST)
    register_notification(digest.KIND)
    register_letter(digest.LETTER, digest.letter)
    registry.register(detectors.STALLED, detectors.OVERDUE, detectors.SILENT)
