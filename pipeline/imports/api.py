"""Imports over REST: what has been imported, and what was refused."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rest import TenantAPIView
from pipeline.imports import selectors
from pipeline.imports.models import ImportRun


class ImportOut(serializers.Serializer[ImportRun]):
    """`counts`: by noun how many rows were (or, until it is started, would be) created, changed, unchanged, refused."""

    id = serializers.IntegerField()
    profile = serializers.CharField()
    state = serializers.CharField()
    counts = serializers.DictField(child=serializers.DictField(child=serializers.IntegerField()))
    refused_rows = serializers.IntegerField(source="refused_total")
    requested_by = serializers.IntegerField(source="requested_by_id", allow_null=True)
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class RefusalOut(serializers.Serializer[Any]):
    file = serializers.CharField()
    row = serializers.IntegerField()
    field = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class ImportDetailOut(ImportOut):
    """`refusals` are the first of them; `refused_rows` counts all refused rows."""

    notes = serializers.ListField(child=serializers.CharField())
    problems = serializers.ListField(child=serializers.CharField())
    refusals = RefusalOut(many=True)


class ImportListView(TenantAPIView):
    capabilities = {"GET": "imports.run"}

    @extend_schema(responses=ImportOut(many=True))
    def get(self, request: Request) -> Response:
        """The newest first."""
        return self.page(selectors.imports(self.actor), ImportOut, ("-id",))


class ImportView(TenantAPIView):
    capabilities = {"GET": "imports.run"}

    @extend_schema(responses=ImportDetailOut)
    def get(self, request: Request, run_id: int) -> Response:
        run = selectors.get_import(self.actor, run_id)
        report = selectors.report(run)
        told = {
            "notes": report.notes,
            "problems": report.problems,
            "refusals": RefusalOut(report.refusals, many=True).data,
        }
        return Response(ImportOut(run).data | told)
