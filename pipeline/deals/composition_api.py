"""Line items and splits of a deal over REST. Both are read and replaced as a whole, under the ETag of the list."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rest import TenantAPIView, require_match, tagged
from accounts.access.views import today
from pipeline.deals import selectors
from pipeline.deals.composition import MOST_LINES, LineValues, set_lines, set_splits
from pipeline.deals.models import Deal, LineItem, Split
from pipeline.deals.splitting import MOST, SplitValues
from pipeline.rest import IF_MATCH, MoneyString


class DealLineOut(serializers.Serializer[LineItem]):
    """A line item. `discount` is in hundredths of a percent; `amount` = quantity × unit price, less the discount."""

    product = serializers.IntegerField(source="product_id")
    description = serializers.CharField()
    quantity = serializers.IntegerField()
    unit_price = MoneyString()
    discount = serializers.IntegerField()
    amount = MoneyString()


class DealLineIn(serializers.Serializer[Any]):
    product = serializers.IntegerField(source="product_id")
    description = serializers.CharField(max_length=200, allow_blank=True, default="")
    quantity = serializers.IntegerField(min_value=1, max_value=10**9)
    unit_price = MoneyString()
    discount = serializers.IntegerField(min_value=0, max_value=10_000, default=0)


class DealLinesIn(serializers.Serializer[Any]):
    lines = serializers.ListField(child=DealLineIn(), max_length=MOST_LINES)


class DealLinesOut(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    lines = DealLineOut(many=True)


class DealSplitOut(serializers.Serializer[Split]):
    """A participant. `share` is in millionths; the direct ones add up to 1,000,000, overlays come on top."""

    member = serializers.IntegerField(source="member_id")
    kind = serializers.ChoiceField(Split.Kind.choices)
    share = serializers.IntegerField()


class DealSplitIn(serializers.Serializer[Any]):
    member = serializers.IntegerField(source="member_id")
    kind = serializers.ChoiceField(Split.Kind.choices, default=Split.Kind.DIRECT)
    share = serializers.IntegerField(min_value=1, max_value=1_000_000)


class DealSplitsIn(serializers.Serializer[Any]):
    splits = serializers.ListField(child=DealSplitIn(), max_length=MOST)


class DealSplitsOut(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    splits = DealSplitOut(many=True)


class _PartsAPIView(TenantAPIView, ABC):
    capabilities = {"GET": "deals.view", "PUT": "deals.edit"}

    @abstractmethod
    def shown(self, deal: Deal) -> dict[str, Any]:
        """The parts as a client reads them, with the deal's version."""

    def answer(self, deal_id: int) -> Response:
        shown = self.shown(selectors.get_deal(self.actor, today(self.http), deal_id))
        return tagged(shown)

    def replace(
        self, deal_id: int, sent: serializers.Serializer[Any], write: Callable[[Deal, Iterable[Any]], Deal]
    ) -> Response:
        """Lock the deal, compare with what the client has read, and write all parts anew."""
        with transaction.atomic():
            Deal.objects.select_for_update().filter(pk=deal_id).first()
            deal = selectors.get_deal(self.actor, today(self.http), deal_id, "deals.edit")
            require_match(self.request, self.shown(deal))
            sent.is_valid(raise_exception=True)
            (parts,) = sent.validated_data.values()
            write(deal, parts)
        return self.answer(deal_id)


class DealLinesView(_PartsAPIView):
    def shown(self, deal: Deal) -> dict[str, Any]:
        lines = {"version": deal.version, "lines": selectors.lines(deal)}
        return DealLinesOut(lines, context={"tenant": self.actor.tenant}).data

    @extend_schema(responses=DealLinesOut)
    def get(self, request: Request, deal_id: int) -> Response:
        return self.answer(deal_id)

    @extend_schema(request=DealLinesIn, responses=DealLinesOut, parameters=[IF_MATCH])
    def put(self, request: Request, deal_id: int) -> Response:
        """Replace the line items; amount and units of the deal become their sums."""

        def write(deal: Deal, parts: Iterable[Any]) -> Deal:
            lines = [LineValues(**part) for part in parts]
            day = today(self.http)
            return set_lines(actor=self.actor, deal_id=deal_id, version=deal.version, lines=lines, as_of=day)

        return self.replace(deal_id, DealLinesIn(data=request.data, context={"tenant": self.actor.tenant}), write)


class DealSplitsView(_PartsAPIView):
    def shown(self, deal: Deal) -> dict[str, Any]:
        return DealSplitsOut({"version": deal.version, "splits": selectors.splits(deal)}).data

    @extend_schema(responses=DealSplitsOut)
    def get(self, request: Request, deal_id: int) -> Response:
        return self.answer(deal_id)

    @extend_schema(request=DealSplitsIn, responses=DealSplitsOut, parameters=[IF_MATCH])
    def put(self, request: Request, deal_id: int) -> Response:
        """Replace the splits. Refused with the code `not_whole` unless the direct shares are exactly 1,000,000."""

        def write(deal: Deal, parts: Iterable[Any]) -> Deal:
            splits = [SplitValues(**part) for part in parts]
            day = today(self.http)
            return set_splits(actor=self.actor, deal_id=deal_id, version=deal.version, splits=splits, as_of=day)

        return self.replace(deal_id, DealSplitsIn(data=request.data), write)
