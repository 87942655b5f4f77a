"""Every address of the pipeline, below `/t/<tenant>/`."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("pipeline.deals.urls")),
    path("", include("pipeline.customers.urls")),
    path("", include("pipeline.products.urls")),
    path("", include("pipeline.ledger.urls")),
    path("", include("pipeline.imports.urls")),
]
    path("", include("pipeline.visits.urls")),
    path("", include("pipeline.risks.urls")),
