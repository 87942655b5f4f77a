"""What the scorecards and review cycles give to the rooms below: pages, panels, what waits, jobs, news, scores."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.access import navigation
from accounts.access.panels import Panel
from accounts.home import waiting
from accounts.home.panels import home_panels
from accounts.jobs import registry as jobs
from accounts.notifications import registry as notifications
from incentives.plans import registry as scores
from reviews.cycles import due, news, selectors, starting


def fill_slots() -> None:
    """Called once when the app is ready."""
    navigation.register(
        navigation.Entry("people", 10, _("Reviews"), "review_mine", "clipboard-check", "reviews.view"),
        navigation.Entry("people", 20, _("Scorecards"), "scorecard_list", "scale", "scorecards.view"),
    )
    home_panels.register(Panel("reviews", _("Reviews due"), "reviews_panel", "reviews.view", 60, "aside"))
    waiting.register(due.WAITING)
    notifications.register(*news.KINDS)
    scores.register(scores.ScoreSource("reviews", selectors.final_scores))
    jobs.register(starting.KIND)
    jobs.register(due.KIND)
