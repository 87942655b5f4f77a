from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TargetsConfig(AppConfig):
    name = "targets"

    def ready(self) -> None:
        from accounts import measures  # noqa: PLC0415 (models are loaded only now)
        from accounts.access.navigation import Entry, Tab, register  # noqa: PLC0415
        from accounts.access.panels import Panel  # noqa: PLC0415
        from accounts.home import steps, waiting  # noqa: PLC0415
        from accounts.home.panels import home_panels  # noqa: PLC0415
        from accounts.home.steps import FirstStep  # noqa: PLC0415
        from accounts.jobs import registry  # noqa: PLC0415
        from accounts.people.models import Role  # noqa: PLC0415
        from pipeline.risks.registry import register as register_detectors  # noqa: PLC0415
        from targets.attainment.night import SNAPSHOT  # noqa: PLC0415
        from targets.cascade.models import TargetPlan  # noqa: PLC0415
        from targets.measures import MEASURES  # noqa: PLC0415
        from targets.risks import BEHIND  # noqa: PLC0415
        from targets.standing.waiting import SOURCE  # noqa: PLC0415

        waiting.register(SOURCE)
        steps.register(
            FirstStep(
                "targets",
                50,
                _("Set the company's target"),
                _("It is split to regions, teams and reps, and adds up to the cent."),
                "target_list",
                _("Targets"),
                "targets.set",
                lambda actor: TargetPlan.objects.all(),
            )
        )
        attainment = {Role.MANAGER: Tab(3), Role.EXECUTIVE: Tab(2)}
        measures.register(*MEASURES)
        register(
            Entry("targets", 10, _("Cascade"), "target_list", "hierarchy", "targets.view"),
            Entry("targets", 20, _("Attainment"), "attainment", "target", "targets.view", attainment),
        )
        leaders = (Role.MANAGER, Role.EXECUTIVE)
        home_panels.register(
            Panel("standing", _("Where we stand"), "home_standing", "targets.view", 10, "top", leaders),
            Panel("pace", _("Pace"), "home_pace", "targets.view", 20, "main", leaders),
            Panel("team", _("Team"), "home_team", "targets.view", 40, "main", leaders),
            Panel("regions", _("Regions and teams"), "home_regions", "targets.view", 50, "main", (Role.EXECUTIVE,)),
            Panel("forecast", _("Forecast"), "home_forecast", "targets.view", 60, "main", leaders),
        )
        registry.register(SNAPSHOT)
        register_detectors(BEHIND)
