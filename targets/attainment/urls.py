from django.urls import URLPattern, path

from targets.attainment import views

urlpatterns: list[URLPattern] = [
    path("attainment/", views.attainment, name="attainment"),
    path("attainment/panel/", views.attainment_panel, name="attainment_panel"),
]
