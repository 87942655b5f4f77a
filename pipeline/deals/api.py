"""Deals over REST."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db import transaction
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rest import TenantAPIView, once, require_match, tagged
from accounts.access.views import today
from pipeline.deals import pages, selectors, services
from pipeline.deals.models import Deal
from pipeline.deals.values import DealValues
from pipeline.rest import IDEMPOTENCY_KEY, IF_MATCH, MoneyString


class DealOut(serializers.Serializer[Deal]):
    """A deal. Amounts are in the company's currency; `closed_on` is set on won and lost deals."""

    id = serializers.IntegerField()
    reference = serializers.CharField()
    title = serializers.CharField()
    stage_id = serializers.IntegerField()
    stage = serializers.CharField(source="stage.name")
    stage_kind = serializers.CharField(source="stage.kind")
    stage_since = serializers.DateField()
    owner = serializers.IntegerField(source="owner_id")
    customer = serializers.IntegerField(source="customer_id", allow_null=True)
    product = serializers.IntegerField(source="product_id", allow_null=True)
    amount = MoneyString(allow_null=True)
    units = serializers.IntegerField()
    engaged_on = serializers.DateField(allow_null=True)
    expected_on = serializers.DateField(allow_null=True)
    closed_on = serializers.DateField(allow_null=True)
    next_step = serializers.CharField()
    next_step_on = serializers.DateField(allow_null=True)
    last_activity_on = serializers.DateField(allow_null=True)
    loss_reason = serializers.CharField()
    loss_note = serializers.CharField()
    version = serializers.IntegerField()


class DealIn(serializers.Serializer[Any]):
    """What may be written; fields that are left out stay as they are."""

    owner = serializers.IntegerField(source="owner_id")
    customer = serializers.IntegerField(source="customer_id", required=False, allow_null=True)
    product = serializers.IntegerField(source="product_id", required=False, allow_null=True)
    amount = MoneyString(required=False, allow_null=True)
    units = serializers.IntegerField(required=False, min_value=0, max_value=10**9)
    engaged_on = serializers.DateField(required=False, allow_null=True)
    expected_on = serializers.DateField(required=False, allow_null=True)
    closed_on = serializers.DateField(required=False, allow_null=True)
    title = serializers.CharField(required=False, allow_blank=True, max_length=120)
    next_step = serializers.CharField(required=False, allow_blank=True, max_length=200)
    next_step_on = serializers.DateField(required=False, allow_null=True)


class NewDealIn(DealIn):
    reference = serializers.CharField(max_length=60, required=False, allow_blank=True)


class FilledIn(serializers.Serializer[Any]):
    """What the stages' exit criteria ask for, written in the same breath as the move."""

    customer = serializers.IntegerField(source="customer_id", required=False)
    product = serializers.IntegerField(source="product_id", required=False)
    amount = MoneyString(required=False)
    expected_on = serializers.DateField(required=False)
    next_step = serializers.CharField(required=False, max_length=200)
    next_step_on = serializers.DateField(required=False)


class MoveIn(serializers.Serializer[Any]):
    stage = serializers.IntegerField(source="stage_id")
    filled = FilledIn(required=False)


class WinIn(serializers.Serializer[Any]):
    amount = MoneyString()
    closed_on = serializers.DateField()
    filled = FilledIn(required=False)


class LoseIn(serializers.Serializer[Any]):
    closed_on = serializers.DateField()
    reason = serializers.ChoiceField(Deal.LossReason.choices)
    note = serializers.CharField(required=False, allow_blank=True, max_length=500)


class ReopenIn(serializers.Serializer[Any]):
    """Nothing to say."""


class _DealAPIView(TenantAPIView):
    def shown(self, deal: Deal) -> dict[str, Any]:
        return DealOut(deal, context={"tenant": self.actor.tenant}).data

    def get_deal(self, deal_id: int, capability: str = "deals.view") -> Deal:
        return selectors.get_deal(self.actor, today(self.http), deal_id, capability)

    def answer(self, deal_id: int, status_code: int = status.HTTP_200_OK) -> Response:
        shown = self.shown(self.get_deal(deal_id))
        return tagged(shown, status_code)

    def seen(self, deal_id: int) -> Deal:
        """The deal, locked, if it is still what the client has read."""
        Deal.objects.select_for_update().filter(pk=deal_id).first()
        deal = self.get_deal(deal_id, "deals.edit")
        require_match(self.request, self.shown(deal))
        return deal


class DealListView(_DealAPIView):
    capabilities = {"GET": "deals.view", "POST": "deals.edit"}

    @extend_schema(
        responses=DealOut(many=True),
        parameters=[OpenApiParameter(name, str) for name in ("search", "stage", "owner", "customer", "period")],
    )
    def get(self, request: Request) -> Response:
        """Deals in one's scope, the newest in their stage first; with `period` the last closed first."""
        narrowed, _ = pages.read_filter(request.query_params, self.actor.tenant.calendar)
        found = selectors.find_deals(self.actor, today(self.http), narrowed).prefetch_related("stage")
        return self.page(found, DealOut, narrowed.order)

    @extend_schema(request=NewDealIn, responses={201: DealOut}, parameters=[IDEMPOTENCY_KEY])
    @once
    def post(self, request: Request) -> Response:
        """A new deal in the first stage."""
        typed = self.read(NewDealIn)
        reference = typed.pop("reference", "")
        values, day = DealValues(**typed), today(self.http)
        deal = services.create_deal(actor=self.actor, values=values, as_of=day, reference=reference)
        return self.answer(deal.pk, status.HTTP_201_CREATED)


class DealView(_DealAPIView):
    capabilities = {"GET": "deals.view", "PATCH": "deals.edit"}

    @extend_schema(responses=DealOut)
    def get(self, request: Request, deal_id: int) -> Response:
        return self.answer(deal_id)

    @extend_schema(request=DealIn(partial=True), responses=DealOut, parameters=[IF_MATCH])
    @transaction.atomic
    def patch(self, request: Request, deal_id: int) -> Response:
        """Change a deal. On a won one the credit of what was before is taken back and the new one written."""
        deal = self.seen(deal_id)
        values = replace(DealValues.of(deal), **self.read(DealIn, partial=True))
        services.edit_deal(
            actor=self.actor, deal_id=deal_id, version=deal.version, values=values, as_of=today(self.http)
        )
        return self.answer(deal_id)


class _DealActionView(_DealAPIView):
    capabilities = {"POST": "deals.edit"}

    def act(self, deal_id: int, service: Callable[..., Deal], sent: type[serializers.Serializer[Any]]) -> Response:
        with transaction.atomic():
            deal = self.seen(deal_id)
            service(actor=self.actor, deal_id=deal_id, version=deal.version, as_of=today(self.http), **self.read(sent))
        return self.answer(deal_id)


class DealMoveView(_DealActionView):
    @extend_schema(request=MoveIn, responses=DealOut, parameters=[IF_MATCH])
    def post(self, request: Request, deal_id: int) -> Response:
        """Into another open stage. Refused with the code `gate` while an exit criterion is not met."""
        return self.act(deal_id, services.move_to_stage, MoveIn)


class DealWinView(_DealActionView):
    @extend_schema(request=WinIn, responses=DealOut, parameters=[IF_MATCH])
    def post(self, request: Request, deal_id: int) -> Response:
        """Won: its participants are credited with the amount on the closing day."""
        return self.act(deal_id, services.win, WinIn)


class DealLoseView(_DealActionView):
    @extend_schema(request=LoseIn, responses=DealOut, parameters=[IF_MATCH])
    def post(self, request: Request, deal_id: int) -> Response:
        return self.act(deal_id, services.lose, LoseIn)


class DealReopenView(_DealActionView):
    @extend_schema(request=None, responses=DealOut, parameters=[IF_MATCH])
    def post(self, request: Request, deal_id: int) -> Response:
        """Open again, in its last open stage; what was credited is taken back."""
        return self.act(deal_id, services.reopen, ReopenIn)
