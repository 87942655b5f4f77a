from django.apps import AppConfig


class IncentivesConfig(AppConfig):
    name = "incentives"

    def ready(self) -> None:
        from accounts.jobs import registry  # noqa: PLC0415 (models are loaded only now)
        from incentives.runs.jobs import KIND  # noqa: PLC0415

        registry.register(KIND)
