from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PipelineConfig(AppConfig):
    name = "pipeline"

    def ready(self) -> None:
        from accounts.jobs import registry  # noqa: PLC0415 (models are loaded only now)
        from pipeline.imports import services, work  # noqa: PLC0415

        registry.register(registry.JobKind(services.CHECK, _("Check of an import"), "web", "imports.run", work.check))
        registry.register(registry.JobKind(services.WRITE, _("Import"), "bulk", "imports.run", work.write))
