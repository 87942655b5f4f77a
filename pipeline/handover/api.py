"""Handovers over REST."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rest import TenantAPIView, once, require_match, tagged
from accounts.access.views import today
from pipeline.handover import selectors, services
from pipeline.handover.models import Handover
from pipeline.handover.registry import EVERYTHING, Chosen
from pipeline.handover.services import Wanted
from pipeline.rest import IDEMPOTENCY_KEY, IF_MATCH
from salesops.lib import clock


class HandoverOut(serializers.Serializer[Handover]):
    """A handover. `moved` counts what has changed hands by kind; with `everything`, `customers` and `deals` are empty
    until it is done."""

    id = serializers.IntegerField()
    giver = serializers.IntegerField(source="giver_id")
    taker = serializers.IntegerField(source="taker_id")
    takes_effect_on = serializers.DateField()
    everything = serializers.BooleanField()
    customers = serializers.ListField(source="customer_ids", child=serializers.IntegerField())
    deals = serializers.ListField(source="deal_ids", child=serializers.IntegerField())
    reason = serializers.CharField()
    state = serializers.ChoiceField(Handover.State.choices)
    requested_by = serializers.IntegerField(source="requested_by_id", allow_null=True)
    decided_by = serializers.IntegerField(source="decided_by_id", allow_null=True)
    done_at = serializers.DateTimeField(allow_null=True)
    moved = serializers.DictField(child=serializers.IntegerField())
    version = serializers.IntegerField()


class HandoverIn(serializers.Serializer[Any]):
    """Without `customers` and `deals` it is everything that the giver has."""

    giver = serializers.IntegerField()
    taker = serializers.IntegerField()
    takes_effect_on = serializers.DateField()
    customers = serializers.ListField(child=serializers.IntegerField(), required=False, max_length=5000)
    deals = serializers.ListField(child=serializers.IntegerField(), required=False, max_length=5000)
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True)


class _HandoverAPIView(TenantAPIView):
    def answer(self, handover_id: int, status_code: int = status.HTTP_200_OK) -> Response:
        shown = HandoverOut(selectors.get_handover(self.actor, today(self.http), handover_id)).data
        return tagged(shown, status_code)


class HandoverListView(_HandoverAPIView):
    capabilities = {"GET": "handovers.view", "POST": "handovers.manage"}

    @extend_schema(responses=HandoverOut(many=True))
    def get(self, request: Request) -> Response:
        """Handovers in one's scope, the latest first."""
        return self.page(selectors.find_handovers(self.actor, today(self.http)), HandoverOut, selectors.NEWEST)

    @extend_schema(request=HandoverIn, responses={201: HandoverOut}, parameters=[IDEMPOTENCY_KEY])
    @once
    def post(self, request: Request) -> Response:
        """Plan a handover; one of today that needs no approval is carried out at once."""
        typed = HandoverIn(data=request.data)
        typed.is_valid(raise_exception=True)
        values = typed.validated_data
        some = Chosen(frozenset(values.get("customers", ())), frozenset(values.get("deals", ())))
        wanted = Wanted(
            giver_id=values["giver"],
            taker_id=values["taker"],
            takes_effect_on=values["takes_effect_on"],
            chosen=some if "customers" in values or "deals" in values else EVERYTHING,
            reason=values.get("reason", ""),
        )
        made = services.request_handover(actor=self.actor, wanted=wanted, at=clock.now())
        return self.answer(made.pk, status.HTTP_201_CREATED)


class HandoverView(_HandoverAPIView):
    capabilities = {"GET": "handovers.view"}

    @extend_schema(responses=HandoverOut)
    def get(self, request: Request, handover_id: int) -> Response:
        return self.answer(handover_id)


class _HandoverActionView(_HandoverAPIView):
    capabilities = {"POST": "handovers.manage"}

    def act(self, handover_id: int, service: Callable[..., Handover]) -> Response:
        with transaction.atomic():
            Handover.objects.select_for_update().filter(pk=handover_id).first()
            handover = selectors.get_handover(self.actor, today(self.http), handover_id)
            require_match(self.request, HandoverOut(handover).data)
            service(actor=self.actor, handover_id=handover_id, version=handover.version, at=clock.now())
        return self.answer(handover_id)


class HandoverApproveView(_HandoverActionView):
    @extend_schema(request=None, responses=HandoverOut, parameters=[IF_MATCH])
    def post(self, request: Request, handover_id: int) -> Response:
        """Yes from somebody who answers for the taker and did not ask for it."""
        return self.act(handover_id, services.approve)


class HandoverCancelView(_HandoverActionView):
    @extend_schema(request=None, responses=HandoverOut, parameters=[IF_MATCH])
    def post(self, request: Request, handover_id: int) -> Response:
        """A handover that has not been carried out will not be."""
        return self.act(handover_id, services.cancel)
