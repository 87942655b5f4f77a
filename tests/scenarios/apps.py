from django.apps import AppConfig


class SlowWorkConfig(AppConfig):
    """Brings the slow work to the worker that tests start."""

    name = "tests.scenarios"

    def ready(self) -> None:
        from accounts.jobs.registry import JobKind, register  # noqa: PLC0415 (models are loaded only now)
        from tests.scenarios.slow_work import make_regions  # noqa: PLC0415

        register(JobKind("test.regions", "Regions", "bulk", "settings.manage", make_regions))
