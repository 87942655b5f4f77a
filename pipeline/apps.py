from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PipelineConfig(AppConfig):
    name = "pipeline"

    def ready(self) -> None:
        from accounts.access.navigation import Entry, register  # noqa: PLC0415 (models are loaded only now)
        from accounts.jobs.registry import JobKind  # noqa: PLC0415
        from accounts.jobs.registry import register as register_job  # noqa: PLC0415
        from pipeline.imports import services, work  # noqa: PLC0415
        from pipeline.ledger import reconciliation  # noqa: PLC0415

        register(
            Entry("pipeline", 10, _("Deals"), "deal_list", "briefcase", "deals.view"),
            Entry("pipeline", 20, _("Customers"), "customer_list", "building", "customers.view"),
            Entry("pipeline", 30, _("Products"), "product_list", "package", "products.view"),
            Entry("pipeline", 90, _("Import"), "import_list", "file-import", "imports.run"),
        )
        register_job(JobKind(services.CHECK, _("Check of an import"), "web", "imports.run", work.check))
        register_job(JobKind(services.WRITE, _("Import"), "bulk", "imports.run", work.write))
        register_job(
            JobKind("ledger.reconcile", _("Check of the ledger"), "nightly", "jobs.view", reconciliation.reconcile)
        )
