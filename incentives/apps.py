from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IncentivesConfig(AppConfig):
    name = "incentives"

    def ready(self) -> None:
        from accounts.access.navigation import Entry, register  # noqa: PLC0415 (models are loaded only now)
        from accounts.jobs import registry  # noqa: PLC0415
        from incentives.runs.jobs import KIND  # noqa: PLC0415

        registry.register(KIND)
        register(
            Entry("incentives", 10, _("Plans"), "plan_list", "adjustments-horizontal", "plans.view"),
            Entry("incentives", 20, _("Payouts"), "payout_list", "cash", "payouts.export"),
            Entry("incentives", 30, _("My statement"), "statement_mine", "receipt", "pay.view"),
        )
