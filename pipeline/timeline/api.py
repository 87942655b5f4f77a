"""The timeline over REST."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rest import TenantAPIView
from accounts.access.views import today
from pipeline.customers.selectors import get_customer
from pipeline.timeline.registry import Cursor, TimelineEntry
from pipeline.timeline.selectors import timeline_entries


class TimelineEntryOut(serializers.Serializer[TimelineEntry]):
    """One thing that happened, in the reader's language. `all_day`: only the day of `at` is known."""

    at = serializers.DateTimeField()
    kind = serializers.CharField()
    title = serializers.CharField()
    subject = serializers.CharField()
    detail = serializers.CharField()
    actor_name = serializers.CharField()
    next_step = serializers.CharField()
    all_day = serializers.BooleanField()


class TimelinePageOut(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    results = TimelineEntryOut(many=True)


class TimelineView(TenantAPIView):
    capabilities = {"GET": "customers.view"}

    @extend_schema(
        responses=TimelinePageOut,
        parameters=[OpenApiParameter("only", str), OpenApiParameter("before", str)],
    )
    def get(self, request: Request, customer_id: int) -> Response:
        """What happened with the customer, newest first; `only` one kind of it. Follow `next` for what is older."""
        day = today(self.http)
        customer = get_customer(self.actor, day, customer_id)
        only = request.query_params.get("only", "")
        before = Cursor.read(request.query_params.get("before", ""))
        entries, following = timeline_entries(self.actor, day, customer.pk, only=only, before=before)
        url = None
        if following is not None:
            query = urlencode({"only": only, "before": following.written()})
            url = request.build_absolute_uri(f"{request.path}?{query}")
        return Response(TimelinePageOut({"next": url, "results": entries}).data)
