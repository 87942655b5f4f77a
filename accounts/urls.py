from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("t/<slug:tenant>/", include("accounts.jobs.urls")),
]
