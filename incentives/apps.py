from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IncentivesConfig(AppConfig):
    name = "incentives"

    def ready(self) -> None:
        from accounts.access.navigation import Entry, Tab, register  # noqa: PLC0415 (models are loaded only now)
        from accounts.access.panels import Panel  # noqa: PLC0415
        from accounts.home import steps, waiting  # noqa: PLC0415
        from accounts.home.panels import home_panels  # noqa: PLC0415
        from accounts.home.steps import FirstStep  # noqa: PLC0415
        from accounts.jobs import registry  # noqa: PLC0415
        from accounts.people.models import Role  # noqa: PLC0415
        from incentives.home.waiting import SOURCE  # noqa: PLC0415
        from incentives.plans.models import PlanAssignment  # noqa: PLC0415
        from incentives.runs.jobs import KIND  # noqa: PLC0415
        from pipeline.slots import deal_panels  # noqa: PLC0415

        registry.register(KIND)
        steps.register(
            FirstStep(
                "plans",
                60,
                _("Say what selling earns"),
                _("A plan's rules are read back to you in plain words before anybody is on it."),
                "plan_list",
                _("Plans"),
                "plans.manage",
                lambda actor: PlanAssignment.objects.all(),
            )
        )
        waiting.register(SOURCE)
        home_panels.register(
            Panel("my-pay", _("Target and commission"), "home_my_pay", "pay.view", 10, "main", (Role.REP,)),
            Panel("payouts", _("Payouts"), "home_payouts", "payouts.export", 20, "main", (Role.HR,)),
            Panel("cost", _("Cost of incentives"), "home_cost", "payouts.export", 70, "main", (Role.EXECUTIVE,)),
        )
        deal_panels.register(Panel("pay", _("What it pays"), "deal_pay", "pay.view", 10))
        payouts = {Role.HR: Tab(2), Role.EXECUTIVE: Tab(4)}
        pay = {Role.REP: Tab(5, _("Pay"))}
        register(
            Entry("incentives", 10, _("Plans"), "plan_list", "adjustments-horizontal", "plans.view", {Role.HR: Tab(3)}),
            Entry("incentives", 20, _("Payouts"), "payout_list", "cash", "payouts.export", payouts),
            Entry("incentives", 30, _("My statement"), "statement_mine", "receipt", "pay.view", pay),
        )
