"""What feedback adds to the pages and registries of the apps below."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts import measures
from accounts.access import navigation
from accounts.access.navigation import Entry
from accounts.access.panels import Panel
from accounts.home import waiting as waiting_registry
from accounts.home.panels import home_panels
from accounts.notifications import registry as notifications
from accounts.people.models import Role
from pipeline.handover import registry as handovers
from pipeline.risks import registry as risks
from pipeline.slots import customer_panels, deal_panels
from pipeline.timeline import registry as timelines
from reviews.feedback import handover, notices, risk, timeline, waiting
from reviews.feedback.measures import ANSWERED_IN_TIME, SATISFACTION


def fill_slots() -> None:
    """Called once, when the app is ready."""
    navigation.register(Entry("pipeline", 60, _("Feedback"), "feedback_list", "message", "feedback.view"))
    customer_panels.register(
        Panel("customer-feedback", _("Feedback"), "feedback_customer_panel", "feedback.view", order=40)
    )
    deal_panels.register(Panel("deal-feedback", _("Feedback"), "feedback_deal_panel", "feedback.view", order=60))
    home_panels.register(
        Panel(
            "feedback",
            _("Unanswered feedback"),
            "feedback_panel",
            "feedback.view",
            order=60,
            roles=(Role.REP, Role.MANAGER),
        )
    )
    waiting_registry.register(waiting.SOURCE)
    notifications.register(*notices.KINDS)
    timelines.register(timeline.SOURCE)
    measures.register(SATISFACTION, ANSWERED_IN_TIME)
    risks.register(risk.UNANSWERED)
    handovers.register(handover.STEP)
