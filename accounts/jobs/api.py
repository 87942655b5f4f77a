"""Background work over REST: read only; work is asked for at the address of the thing it is about."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rest import TenantAPIView
from accounts.jobs import selectors
from accounts.jobs.models import JobRun, JobState


class JobOut(serializers.Serializer[JobRun]):
    id = serializers.IntegerField()
    kind = serializers.CharField()
    period = serializers.CharField()
    state = serializers.ChoiceField(choices=JobState.choices)
    attempt = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    progress_done = serializers.IntegerField()
    progress_total = serializers.IntegerField(help_text="0: not known")
    message = serializers.CharField()
    counts = serializers.DictField(child=serializers.IntegerField())
    warnings = serializers.ListField(child=serializers.CharField())
    error = serializers.CharField()


class JobList(TenantAPIView):
    capabilities = {"GET": "people.view"}  # every member; `visible_jobs` decides whose jobs

    @extend_schema(operation_id="jobs_list", responses=JobOut(many=True))
    def get(self, request: Request) -> Response:
        """Your own jobs and those of the kinds you may ask for, newest first."""
        return self.page(selectors.visible_jobs(self.actor), JobOut, ["-id"])


class JobDetail(TenantAPIView):
    capabilities = {"GET": "people.view"}

    @extend_schema(operation_id="jobs_detail", responses=JobOut)
    def get(self, request: Request, job_id: int) -> Response:
        """One job; ask again until `state` is `done` or `dead`."""
        return Response(JobOut(selectors.get_job(self.actor, job_id)).data)
