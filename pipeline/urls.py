"""Every address of the pipeline, below `/t/<tenant>/`."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("pipeline.board.urls")),
    path("", include("pipeline.deals.urls")),
    path("", include("pipeline.stages.urls")),
    path("", include("pipeline.customers.urls")),
    path("", include("pipeline.contacts.urls")),
    path("", include("pipeline.activities.urls")),
    path("", include("pipeline.tasks.urls")),
    path("", include("pipeline.timeline.urls")),
    path("", include("pipeline.products.urls")),
    path("", include("pipeline.ledger.urls")),
    path("", include("pipeline.imports.urls")),
    path("", include("pipeline.visits.urls")),
    path("", include("pipeline.handover.urls")),
    path("", include("pipeline.risks.urls")),
]
