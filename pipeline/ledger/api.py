"""The credit ledger over REST: to be read only."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rest import TenantAPIView
from accounts.access.views import today
from pipeline.ledger import selectors
from pipeline.ledger.links import slice_of
from pipeline.ledger.models import CreditLine
from pipeline.rest import MoneyString


class CreditOut(serializers.Serializer[CreditLine]):
    """A line: `amount` is the whole fact's, of which `share` millionths are credited. `reverses` names the line that a
    reversal takes back."""

    id = serializers.IntegerField()
    basis = serializers.CharField()
    kind = serializers.CharField()
    date = serializers.DateField()
    participant = serializers.IntegerField(source="participant_id")
    team = serializers.IntegerField(source="team_id", allow_null=True)
    region = serializers.IntegerField(source="region_id", allow_null=True)
    share = serializers.IntegerField()
    amount = MoneyString()
    currency = serializers.CharField()
    units = serializers.IntegerField()
    margin = MoneyString(allow_null=True)
    deal = serializers.IntegerField(source="deal_id")
    customer = serializers.IntegerField(source="customer_id", allow_null=True)
    product = serializers.IntegerField(source="product_id", allow_null=True)
    category = serializers.CharField()
    segment = serializers.CharField()
    new_customer = serializers.BooleanField()
    reverses = serializers.IntegerField(source="reverses_id", allow_null=True)


class CreditListView(TenantAPIView):
    capabilities = {"GET": "deals.view"}

    @extend_schema(
        responses=CreditOut(many=True),
        parameters=[
            *(OpenApiParameter(name, str) for name in ("first", "last", "basis")),
            *(OpenApiParameter(name, int, many=True) for name in ("participant", "team", "region", "customer")),
            OpenApiParameter("deal", int),
        ],
    )
    def get(self, request: Request) -> Response:
        """Lines of the deals in one's scope, reversals included, in the ledger's own order."""
        day = today(self.http)
        where = selectors.within(self.actor, slice_of(request.query_params, day), day)
        return self.page(selectors.every_line(where), CreditOut, ("id",))
