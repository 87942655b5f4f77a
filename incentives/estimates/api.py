"""What a deal would pay, over REST."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rest import TenantAPIView
from accounts.access.views import today
from incentives.estimates.estimate import Estimate, estimates
from pipeline.deals.facts import prospect
from salesops.lib.errors import DomainError, gettext_noop
from salesops.lib.money import plain, round_half_up, to_minor
from salesops.lib.periods import check_day, month_of


class EstimateIn(serializers.Serializer[Any]):
    """Left out: the end of this month, and the deal's own amount."""

    closing = serializers.DateField(required=False)
    amount = serializers.DecimalField(max_digits=18, decimal_places=3, min_value=Decimal(0), required=False)


class EstimateOut(serializers.Serializer[Estimate]):
    """What one participant would earn more. `attainment` is a share of the quota after the deal (1 = all)."""

    member = serializers.IntegerField(source="member_id")
    name = serializers.CharField()
    currency = serializers.CharField()
    adds = serializers.SerializerMethodField()
    reason = serializers.SerializerMethodField(help_text="Why it is not known, where `adds` is null.")
    attainment = serializers.SerializerMethodField()
    to_next_tier = serializers.SerializerMethodField()

    def get_adds(self, one: Estimate) -> str | None:
        return None if one.adds is None else plain(one.adds, one.currency)

    def get_reason(self, one: Estimate) -> str:
        return _(one.reason) if one.reason else ""

    def get_attainment(self, one: Estimate) -> str | None:
        ratio = one.climb.ratio_after if one.climb else None
        return None if ratio is None else f"{Decimal(round_half_up(Fraction(ratio) * 10**6)).scaleb(-6):f}"

    def get_to_next_tier(self, one: Estimate) -> str | None:
        missing = one.climb.tier.missing if one.climb else None
        return None if missing is None else plain(missing, one.currency)


class DealPay(TenantAPIView):
    capabilities = {"GET": "pay.view"}

    @extend_schema(parameters=[EstimateIn], responses=EstimateOut(many=True))
    def get(self, request: Request, deal_id: int) -> Response:
        """For each participant whose pay the caller may see. Nothing is written."""
        day = today(self.http)
        deal = prospect(self.actor, day, deal_id)
        asked = EstimateIn(data=request.query_params)
        asked.is_valid(raise_exception=True)
        closing: date = asked.validated_data.get("closing", month_of(day).end)
        check_day(closing, "closing")
        typed = asked.validated_data.get("amount")
        amount = deal.amount if typed is None else to_minor(typed, self.actor.tenant.currency, "amount")
        if not deal.is_open:
            raise DomainError("not_open", gettext_noop("The deal is closed; its credits are in the statements."))
        if amount is None:
            raise DomainError("no_amount", gettext_noop("The deal has no amount yet; give one."), "amount")
        found = estimates(self.actor, deal, closing, amount, day)
        shown: Any = EstimateOut(found, many=True)  # type: ignore[arg-type]  # many
        return Response(shown.data)
