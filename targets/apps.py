from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TargetsConfig(AppConfig):
    name = "targets"

    def ready(self) -> None:
        from accounts.access.navigation import Entry, register  # noqa: PLC0415 (models are loaded only now)
        from accounts.home.panels import HomePanel, register_panels  # noqa: PLC0415
        from accounts.jobs import registry  # noqa: PLC0415
        from targets.attainment.night import SNAPSHOT  # noqa: PLC0415

        register(
            Entry("targets", 10, _("Cascade"), "target_list", "hierarchy", "targets.view"),
            Entry("targets", 20, _("Attainment"), "attainment", "target", "targets.view"),
        )
        register_panels(HomePanel("targets.view", 20, "attainment_panel"))
        registry.register(SNAPSHOT)
