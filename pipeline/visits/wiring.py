"""The places that this room fills: the navigation, panels, the timeline, what waits, the measure, the handover."""

from __future__ import annotations

from accounts import measures
from accounts.access.navigation import register as register_entry
from accounts.home.panels import home_panels
from accounts.home.waiting import register as register_waiting
from pipeline.handover import registry as handover
from pipeline.slots import customer_panels, deal_panels
from pipeline.timeline import registry as timeline
from pipeline.visits import slots
from pipeline.visits.handover import HANDOVER


def fill_slots() -> None:
    """Called once, when the app is ready."""
    register_entry(*slots.ENTRIES)
    home_panels.register(slots.HOME_PANEL)
    customer_panels.register(slots.CUSTOMER_PANEL)
    deal_panels.register(slots.DEAL_PANEL)
    timeline.register(slots.TIMELINE)
    register_waiting(slots.WAITING)
    measures.register(slots.MEASURE)
    handover.register(HANDOVER)
