from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts.access import search  # noqa: PLC0415
        from accounts.access.navigation import Entry, Tab, register  # noqa: PLC0415 (models are loaded only now)
        from accounts.access.panels import Panel  # noqa: PLC0415
        from accounts.home import steps  # noqa: PLC0415
        from accounts.home.first_steps import FIRST_STEPS  # noqa: PLC0415
        from accounts.home.panels import home_panels  # noqa: PLC0415
        from accounts.home.waiting import WaitingSource  # noqa: PLC0415
        from accounts.home.waiting import register as register_waiting  # noqa: PLC0415
        from accounts.invitations.selectors import letter  # noqa: PLC0415
        from accounts.invitations.services import LETTER  # noqa: PLC0415
        from accounts.notifications.registry import register as register_kinds  # noqa: PLC0415
        from accounts.notifications.registry import register_letter  # noqa: PLC0415
        from accounts.notifications.selectors import notice, undelivered  # noqa: PLC0415
        from accounts.notifications.services import NOTICE  # noqa: PLC0415
        from accounts.people.models import Role  # noqa: PLC0415
        from accounts.people.notices import KINDS  # noqa: PLC0415
        from accounts.people.search import SOURCE  # noqa: PLC0415

        home = dict.fromkeys(Role, Tab(1)) | {Role.REP: Tab(1, _("Today"), "sun")}
        register(
            Entry("home", 10, _("Home"), "tenant_home", "smart-home", "people.view", home),
            Entry("settings", 10, _("Members"), "member_list", "users", "people.view", {Role.ADMIN: Tab(2)}),
            Entry("settings", 20, _("Teams"), "team_list", "hierarchy", "people.view", {Role.ADMIN: Tab(3)}),
            Entry(
                "settings", 30, _("Company"), "company_settings", "settings", "settings.manage", {Role.ADMIN: Tab(4)}
            ),
            Entry("settings", 85, _("Outgoing mail"), "mail_list", "mail", "settings.manage"),
            Entry("settings", 90, _("API tokens"), "api_token_list", "key", "people.view"),
            Entry("settings", 95, _("Audit log"), "audit_log", "history", "audit.view"),
        )
        nights = {Role.HR: Tab(4), Role.ADMIN: Tab(5)}
        register(Entry("settings", 80, _("Nights"), "night_list", "moon", "jobs.view", nights))
        home_panels.register(
            Panel("waiting", _("Waiting for you"), "home_waiting", "people.view", 18),
            Panel("night", _("Last night"), "home_night", "jobs.view", 80, "main", (Role.ADMIN, Role.HR)),
        )
        search.register(SOURCE)
        steps.register(*FIRST_STEPS)
        register_kinds(*KINDS)
        register_letter(NOTICE, notice)
        register_letter(LETTER, letter)
        register_waiting(WaitingSource("mails", "settings.manage", undelivered))
