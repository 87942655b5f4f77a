"""Notifications over REST: one's own only."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rest import TenantAPIView
from accounts.notifications import selectors, services
from accounts.notifications.models import Notification
from salesops.lib import clock


class NotificationOut(serializers.Serializer[Notification]):
    """`text` is worded in the language of the request; `kind` and `params` are what it is made from."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    text = serializers.SerializerMethodField()
    params = serializers.DictField()
    url = serializers.CharField()
    at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)

    def get_text(self, row: Notification) -> str:
        return selectors.line(row).sentence


class ReadOut(serializers.Serializer[Any]):
    marked = serializers.IntegerField()


class NotificationListView(TenantAPIView):
    capabilities = {"GET": "people.view"}

    @extend_schema(responses=NotificationOut(many=True))
    def get(self, request: Request) -> Response:
        """What the member has been told, the latest first."""
        return self.page(selectors.inbox(self.actor), NotificationOut, selectors.ORDER)


class NotificationReadView(TenantAPIView):
    capabilities = {"POST": "people.view"}

    @extend_schema(operation_id="notifications_read", request=None, responses=NotificationOut)
    def post(self, request: Request, notification_id: int) -> Response:
        """Mark one as read. Done again, it keeps its first time."""
        row = services.mark_read(actor=self.actor, notification_id=notification_id, at=clock.now())
        return Response(NotificationOut(row).data)


class InboxReadView(TenantAPIView):
    capabilities = {"POST": "people.view"}

    @extend_schema(operation_id="notifications_read_all", request=None, responses=ReadOut)
    def post(self, request: Request) -> Response:
        """Mark all as read that have come until now."""
        return Response({"marked": services.mark_all_read(actor=self.actor, at=clock.now())})
