"""Every address of the site. Inside a tenant: `/t/<tenant>/…`, one include per app."""

from django.conf import settings
from django.urls import include, path

from salesops import docs, health

urlpatterns = [
    path("healthz", health.alive, name="alive"),
    path("readyz", health.ready, name="ready"),
    path("", include(docs)),
    path("", include("accounts.urls")),
    path("t/<slug:tenant>/", include("pipeline.urls")),
    path("t/<slug:tenant>/", include("targets.urls")),
    path("t/<slug:tenant>/", include("incentives.urls")),
    path("t/<slug:tenant>/", include("reviews.urls")),
]

if settings.DEBUG and not settings.TESTING:
    urlpatterns.append(path("design/", include("salesops.design.urls")))

handler403 = "accounts.access.refusals.forbidden"
handler404 = "accounts.access.refusals.unknown_address"
handler500 = "accounts.access.refusals.server_error"
