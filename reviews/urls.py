"""Every address of the reviews, below `/t/<tenant>/`."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("reviews.feedback.urls")),
    path("", include("reviews.scorecards.urls")),
    path("", include("reviews.cycles.urls")),
]
