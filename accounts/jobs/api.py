"""Background work over REST: read only; work is asked for at the address of the thing it is about."""

from __future__ import annotations

from typing import cast

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access.actor import Actor
from accounts.access.views import TenantRequest
from accounts.jobs import selectors
from accounts.jobs.models import JobRun, JobState


class JobOutput(serializers.Serializer[JobRun]):
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


class _NewestFirst(CursorPagination):
    ordering = "-id"
    page_size = 50


def _actor(request: Request) -> Actor:
    return cast(TenantRequest, request).actor


class JobList(APIView):
    @extend_schema(operation_id="jobs_list", responses=JobOutput(many=True))
    def get(self, request: Request, tenant: str) -> Response:
        """Your own jobs and those of the kinds you may ask for, newest first."""
        pages = _NewestFirst()
        page = pages.paginate_queryset(selectors.visible_jobs(_actor(request)), request, view=self)
        return pages.get_paginated_response(JobOutput(page or [], many=True).data)  # type: ignore[arg-type]


class JobDetail(APIView):
    @extend_schema(operation_id="jobs_detail", responses=JobOutput)
    def get(self, request: Request, tenant: str, job_id: int) -> Response:
        """One job; ask again until `state` is `done` or `dead`."""
        return Response(JobOutput(selectors.get_job(_actor(request), job_id)).data)
