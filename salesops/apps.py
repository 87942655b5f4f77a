from django.apps import AppConfig


class SalesOpsConfig(AppConfig):
    """The composition root as an app: it brings the commands and the nightly schedule, and no models."""

    name = "salesops"
