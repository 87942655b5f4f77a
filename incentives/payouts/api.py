"""Payouts over REST: the months, and the three things that people do with one."""

from __future__ import annotations

from typing import Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access.policy import require
from accounts.access.views import TenantRequest
from incentives.payouts import selectors, services
from incentives.payouts.models import PayoutBatch
from incentives.statements.views import read_month
from salesops.lib import clock
from salesops.lib.money import plain


class MonthOutput(serializers.Serializer[Any]):
    period = serializers.CharField(help_text="The month, as 2017-10.")
    state = serializers.ChoiceField(choices=PayoutBatch.State.choices)
    people = serializers.IntegerField()
    left_out = serializers.IntegerField(help_text="People with an error.")
    earned = serializers.CharField()
    payable = serializers.CharField()


class BatchOutput(serializers.Serializer[Any]):
    period = serializers.CharField()
    state = serializers.ChoiceField(choices=PayoutBatch.State.choices)
    digest = serializers.CharField(help_text="Of the statements that were submitted; approving takes it back.")
    submitted_at = serializers.DateTimeField(allow_null=True)
    approved_at = serializers.DateTimeField(allow_null=True)


class ApproveInput(serializers.Serializer[Any]):
    digest = serializers.CharField(max_length=64)


class SendBackInput(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=300)


def _batch(batch: PayoutBatch, period: str) -> Response:
    fields = ("state", "digest", "submitted_at", "approved_at")
    return Response(BatchOutput({"period": period, **{name: getattr(batch, name) for name in fields}}).data)


class PayoutList(APIView):
    @extend_schema(operation_id="payouts_list", responses=MonthOutput(many=True))
    def get(self, request: Request, tenant: str) -> Response:
        """Every month that has been computed, newest first."""
        actor = cast(TenantRequest, request).actor
        require(actor, "payouts.export")
        rows = [
            {
                "period": row.period.key,
                "state": row.state,
                "people": row.people,
                "left_out": row.left_out,
                "earned": plain(row.earned, actor.tenant.currency),
                "payable": plain(row.payable, actor.tenant.currency),
            }
            for row in selectors.months()
        ]
        return Response(MonthOutput(rows, many=True).data)


class PayoutDetail(APIView):
    @extend_schema(operation_id="payouts_detail", responses=BatchOutput)
    def get(self, request: Request, tenant: str, month: str) -> Response:
        """The month's batch; there is none before it is submitted."""
        require(cast(TenantRequest, request).actor, "payouts.export")
        period = read_month(month)
        return _batch(selectors.batch_of(period.start), period.key)


class PayoutSubmit(APIView):
    @extend_schema(operation_id="payouts_submit", request=None, responses=BatchOutput)
    def post(self, request: Request, tenant: str, month: str) -> Response:
        period = read_month(month)
        actor = cast(TenantRequest, request).actor
        return _batch(services.submit(actor=actor, month=period.start, at=clock.now()), period.key)


class PayoutApprove(APIView):
    @extend_schema(operation_id="payouts_approve", request=ApproveInput, responses=BatchOutput)
    def post(self, request: Request, tenant: str, month: str) -> Response:
        """By another user than the submitter; closes the month for good."""
        period, given = read_month(month), ApproveInput(data=request.data)
        given.is_valid(raise_exception=True)
        actor = cast(TenantRequest, request).actor
        digest = given.validated_data["digest"]
        batch = services.approve(actor=actor, month=period.start, digest=digest, at=clock.now())
        return _batch(batch, period.key)


class PayoutSendBack(APIView):
    @extend_schema(operation_id="payouts_send_back", request=SendBackInput, responses=BatchOutput)
    def post(self, request: Request, tenant: str, month: str) -> Response:
        period, given = read_month(month), SendBackInput(data=request.data)
        given.is_valid(raise_exception=True)
        actor = cast(TenantRequest, request).actor
        batch = services.send_back(actor=actor, month=period.start, reason=given.validated_data["reason"])
        return _batch(batch, period.key)
