from django.apps import AppConfig


class SlowWorkConfig(AppConfig):
    """Brings the slow work to the worker that tests start."""

    name = "tests.scenarios"

    def ready(self) -> None:
        from accounts.jobs.registry import JobKind, Outcome, find_kind, register  # noqa: PLC0415 (loaded only now)
        from salesops.nightly import STEPS  # noqa: PLC0415
        from tests.scenarios.slow_work import make_regions  # noqa: PLC0415

        register(JobKind("test.regions", "Regions", "bulk", "settings.manage", make_regions))
        for name in STEPS:
            if find_kind(name) is None:
                register(JobKind(name, name, "nightly", "settings.manage", lambda work: Outcome({"rows": 1})))
