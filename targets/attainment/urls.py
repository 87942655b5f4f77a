from django.urls import URLPattern, path

from targets.attainment import api, views

urlpatterns: list[URLPattern] = [
    path("attainment/", views.attainment, name="attainment"),
    path("api/v1/targets/<int:plan_id>/attainment/", api.AttainmentView.as_view(), name="api_target_attainment"),
]
