"""Payouts over REST: the months, and the three things that people do with one."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rest import TenantAPIView
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


class PayoutList(TenantAPIView):
    capabilities = {"GET": "payouts.export"}
    pagination_class = None  # a row a month

    @extend_schema(operation_id="payouts_list", responses=MonthOutput(many=True))
    def get(self, request: Request) -> Response:
        """Every month that has been computed, newest first."""
        rows = [
            {
                "period": row.period.key,
                "state": row.state,
                "people": row.people,
                "left_out": row.left_out,
                "earned": plain(row.earned, self.actor.tenant.currency),
                "payable": plain(row.payable, self.actor.tenant.currency),
            }
            for row in selectors.months()
        ]
        return Response(MonthOutput(rows, many=True).data)


class PayoutDetail(TenantAPIView):
    capabilities = {"GET": "payouts.export"}

    @extend_schema(operation_id="payouts_detail", responses=BatchOutput)
    def get(self, request: Request, month: str) -> Response:
        """The month's batch; there is none before it is submitted."""
        period = read_month(month)
        return _batch(selectors.batch_of(period.start), period.key)


class PayoutSubmit(TenantAPIView):
    capabilities = {"POST": "payouts.prepare"}

    @extend_schema(operation_id="payouts_submit", request=None, responses=BatchOutput)
    def post(self, request: Request, month: str) -> Response:
        period = read_month(month)
        return _batch(services.submit(actor=self.actor, month=period.start, at=clock.now()), period.key)


class PayoutApprove(TenantAPIView):
    capabilities = {"POST": "payouts.approve"}

    @extend_schema(operation_id="payouts_approve", request=ApproveInput, responses=BatchOutput)
    def post(self, request: Request, month: str) -> Response:
        """By another user than the submitter; closes the month for good."""
        period, given = read_month(month), ApproveInput(data=request.data)
        given.is_valid(raise_exception=True)
        digest = given.validated_data["digest"]
        batch = services.approve(actor=self.actor, month=period.start, digest=digest, at=clock.now())
        return _batch(batch, period.key)


class PayoutSendBack(TenantAPIView):
    capabilities = {"POST": "payouts.approve"}

    @extend_schema(operation_id="payouts_send_back", request=SendBackInput, responses=BatchOutput)
    def post(self, request: Request, month: str) -> Response:
        period, given = read_month(month), SendBackInput(data=request.data)
        given.is_valid(raise_exception=True)
        batch = services.send_back(actor=self.actor, month=period.start, reason=given.validated_data["reason"])
        return _batch(batch, period.key)
