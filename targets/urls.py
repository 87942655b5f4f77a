from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("targets.cascade.urls")),
    path("", include("targets.attainment.urls")),
    path("", include("targets.standing.urls")),
]
