from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts.access.navigation import Entry, register  # noqa: PLC0415 (models are loaded only now)

        register(Entry("settings", 80, _("Nights"), "night_list", "moon", "jobs.view"))
