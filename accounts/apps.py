from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts.access.navigation import Entry, register  # noqa: PLC0415 (models are loaded only now)

        register(
            Entry("home", 10, _("Home"), "tenant_home", "smart-home", "people.view"),
            Entry("settings", 10, _("Members"), "member_list", "users", "people.view"),
            Entry("settings", 20, _("Teams"), "team_list", "hierarchy", "people.view"),
            Entry("settings", 30, _("Company"), "company_settings", "settings", "settings.manage"),
            Entry("settings", 90, _("API tokens"), "api_token_list", "key", "people.view"),
            Entry("settings", 95, _("Audit log"), "audit_log", "history", "audit.view"),
        )
        register(Entry("settings", 80, _("Nights"), "night_list", "moon", "jobs.view"))
