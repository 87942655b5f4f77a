"""Plans over REST."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rest import IDEMPOTENCY_KEY, TenantAPIView, once
from incentives.plans.models import Plan, PlanVersion
from incentives.plans.selectors import get_plan
from incentives.plans.services import add_version, create_plan


class VersionInput(serializers.Serializer[Any]):
    effective_from = serializers.DateField(help_text="The first day of a month.")
    document = serializers.JSONField()


class PlanInput(VersionInput):
    name = serializers.CharField(max_length=120)


class VersionOutput(serializers.Serializer[PlanVersion]):
    id = serializers.IntegerField()
    number = serializers.IntegerField()
    effective_from = serializers.DateField()
    digest = serializers.CharField(help_text="SHA-256 of the document's canonical JSON.")
    document = serializers.JSONField()


class PlanOutput(serializers.Serializer[Plan]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class PlanWithVersions(PlanOutput):
    versions = VersionOutput(many=True)


class PlanList(TenantAPIView):
    capabilities = {"GET": "plans.view", "POST": "plans.manage"}

    @extend_schema(operation_id="plans_list", responses=PlanOutput(many=True))
    def get(self, request: Request) -> Response:
        """Plans in the order in which they were made."""
        return self.page(Plan.objects.all(), PlanOutput, ("id",))

    @extend_schema(
        operation_id="plans_create",
        request=PlanInput,
        responses={201: PlanWithVersions},
        parameters=[IDEMPOTENCY_KEY],
    )
    @once
    def post(self, request: Request) -> Response:
        """A new plan with its first version. Problems of the document are named by their paths."""
        given = PlanInput(data=request.data)
        given.is_valid(raise_exception=True)
        version = create_plan(actor=self.actor, **given.validated_data)
        return Response(_with_versions(version.plan), status=status.HTTP_201_CREATED)


class PlanDetail(TenantAPIView):
    capabilities = {"GET": "plans.view"}

    @extend_schema(operation_id="plans_detail", responses=PlanWithVersions)
    def get(self, request: Request, plan_id: int) -> Response:
        return Response(_with_versions(get_plan(plan_id)))


class PlanVersionList(TenantAPIView):
    capabilities = {"POST": "plans.manage"}

    @extend_schema(
        operation_id="plans_versions_create",
        request=VersionInput,
        responses={201: VersionOutput},
        parameters=[IDEMPOTENCY_KEY],
    )
    @once
    def post(self, request: Request, plan_id: int) -> Response:
        """What the plan says from a day on; the document that already holds makes nothing new."""
        given = VersionInput(data=request.data)
        given.is_valid(raise_exception=True)
        version = add_version(actor=self.actor, plan=get_plan(plan_id), **given.validated_data)
        return Response(VersionOutput(version).data, status=status.HTTP_201_CREATED)


def _with_versions(plan: Plan) -> dict[str, Any]:
    versions: Any = PlanVersion.objects.filter(plan=plan).order_by("number")
    return {"id": plan.pk, "name": plan.name, "versions": VersionOutput(versions, many=True).data}
