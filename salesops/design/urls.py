"""Addresses below `/design/`, included in development only (`salesops.urls`)."""

from django.urls import path

from salesops.design import views

urlpatterns = [
    path("", views.sheet, name="design_sheet"),
    path("job/", views.job, name="design_job"),
    path("job/waiting/", views.waiting, name="design_job_waiting"),
]
