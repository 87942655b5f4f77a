from django.apps import AppConfig

import salesops.celery  # noqa: F401 (whoever uses Django sends to our Celery application)


class SalesOpsConfig(AppConfig):
    """The composition root as an app: it brings the commands and the nightly schedule, and no models."""

    name = "salesops"

    def ready(self) -> None:
        import salesops.nightly  # noqa: F401, PLC0415 (models are loaded only now; it brings a check)
