from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PipelineConfig(AppConfig):
    name = "pipeline"

    def ready(self) -> None:
        from accounts.access import search  # noqa: PLC0415
        from accounts.access.navigation import Entry, Tab, register  # noqa: PLC0415 (models are loaded only now)
        from accounts.home import steps  # noqa: PLC0415
        from accounts.jobs.registry import JobKind  # noqa: PLC0415
        from accounts.jobs.registry import register as register_job  # noqa: PLC0415
        from accounts.people.models import Role  # noqa: PLC0415
        from pipeline.first_steps import FIRST_STEPS  # noqa: PLC0415
        from pipeline.handover.wiring import fill_slots as fill_slots_of_handovers  # noqa: PLC0415
        from pipeline.imports import services, work  # noqa: PLC0415
        from pipeline.ledger import reconciliation  # noqa: PLC0415
        from pipeline.risks.wiring import fill_slots as fill_slots_of_risks  # noqa: PLC0415
        from pipeline.search import SOURCES  # noqa: PLC0415
        from pipeline.visits.wiring import fill_slots as fill_slots_of_visits  # noqa: PLC0415

        self._register_customers()
        self._register_deals()
        search.register(*SOURCES)
        steps.register(*FIRST_STEPS)
        deals = {Role.REP: Tab(4), Role.MANAGER: Tab(2), Role.EXECUTIVE: Tab(3)}
        customers = {Role.REP: Tab(2), Role.MANAGER: Tab(5)}
        register(
            Entry("pipeline", 10, _("Deals"), "deal_board", "layout-kanban", "deals.view", deals),
            Entry("pipeline", 20, _("Customers"), "customer_list", "building", "customers.view", customers),
            Entry("pipeline", 25, _("Tasks"), "task_list", "checkbox", "tasks.view"),
            Entry("pipeline", 30, _("Products"), "product_list", "package", "products.view"),
            Entry("pipeline", 90, _("Import"), "import_list", "file-import", "imports.run"),
        )
        register_job(JobKind(services.CHECK, _("Check of an import"), "web", "imports.run", work.check))
        register_job(JobKind(services.WRITE, _("Import"), "bulk", "imports.run", work.write))
        register_job(
            JobKind("ledger.reconcile", _("Check of the ledger"), "nightly", "jobs.view", reconciliation.reconcile)
        )
        fill_slots_of_risks()
        fill_slots_of_visits()
        fill_slots_of_handovers()

    @staticmethod
    def _register_customers() -> None:
        """What contacts, activities and tasks give to the pages of others."""
        from accounts import measures  # noqa: PLC0415
        from accounts.home import panels, waiting  # noqa: PLC0415
        from pipeline import slots  # noqa: PLC0415
        from pipeline.activities import sources as activities  # noqa: PLC0415
        from pipeline.contacts.panels import CONTACTS  # noqa: PLC0415
        from pipeline.customers import owners  # noqa: PLC0415
        from pipeline.handover import registry as handover  # noqa: PLC0415
        from pipeline.tasks import handover as task_handover  # noqa: PLC0415
        from pipeline.tasks import sources as tasks  # noqa: PLC0415
        from pipeline.timeline import registry as timeline  # noqa: PLC0415

        timeline.register(activities.TIMELINE, tasks.TIMELINE)
        measures.register(activities.MEASURE)
        waiting.register(tasks.OVERDUE_TASKS, tasks.OVERDUE_FOLLOW_UPS)
        panels.home_panels.register(tasks.MY_DAY)
        slots.deal_panels.register(activities.ON_DEAL, CONTACTS)
        handover.register(owners.HANDOVER, task_handover.HANDOVER)

    @staticmethod
    def _register_deals() -> None:
        """What deals and their board give to the pages of others, and to the night."""
        from accounts import measures  # noqa: PLC0415
        from accounts.access.navigation import Entry, register  # noqa: PLC0415
        from accounts.home import waiting  # noqa: PLC0415
        from accounts.jobs import registry as jobs  # noqa: PLC0415
        from pipeline.board import totals  # noqa: PLC0415
        from pipeline.deals import sources  # noqa: PLC0415
        from pipeline.handover import registry as handover  # noqa: PLC0415
        from pipeline.measures import MEASURES  # noqa: PLC0415
        from pipeline.timeline import registry as timeline  # noqa: PLC0415

        register(Entry("settings", 20, _("Stages"), "stage_list", "layout-kanban", "stages.manage"))
        measures.register(*MEASURES)
        timeline.register(sources.TIMELINE)
        waiting.register(sources.OVERDUE_STEPS)
        handover.register(sources.HANDOVER)
        jobs.register(
            jobs.JobKind("deals.totals", _("Check of the board's sums"), "nightly", "jobs.view", totals.check)
        )
