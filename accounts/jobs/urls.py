"""Addresses below `/t/<tenant>/`."""

from django.urls import path

from accounts.jobs import api, views

urlpatterns = [
    path("nights/", views.night_list, name="night_list"),
    path("jobs/<int:job_id>/progress/", views.job_progress, name="job_progress"),
    path("jobs/<int:job_id>/run-again/", views.job_run_again, name="job_run_again"),
    path("api/v1/jobs/", api.JobList.as_view(), name="api_job_list"),
    path("api/v1/jobs/<int:job_id>/", api.JobDetail.as_view(), name="api_job_detail"),
]
