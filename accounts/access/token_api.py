"""API tokens over REST: seen and revoked, but made on the page only, so that no token makes another."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.models import ApiToken, Area
from accounts.access.rest import TenantAPIView
from accounts.access.tokens import revoke_token, visible_tokens
from salesops.lib import clock


class TokenOut(serializers.Serializer[ApiToken]):
    """`areas` empty: everywhere. The secret is shown once, on the page, and not kept."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    member = serializers.IntegerField(source="member_id")
    prefix = serializers.CharField()
    may_write = serializers.BooleanField()
    areas = serializers.ListField(child=serializers.ChoiceField(Area.choices))
    created_at = serializers.DateTimeField()
    expires_on = serializers.DateField()
    last_used_on = serializers.DateField(allow_null=True)


class TokenListView(TenantAPIView):
    capabilities = {"GET": "people.view"}

    @extend_schema(responses=TokenOut(many=True))
    def get(self, request: Request) -> Response:
        """The tokens in force: one's own, or everybody's for those who manage people."""
        return self.page(visible_tokens(self.actor), TokenOut, ("-created_at", "-id"))


class TokenRevokeView(TenantAPIView):
    capabilities = {"POST": "people.view"}

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, token_id: int) -> Response:
        """It opens nothing from now on."""
        revoke_token(actor=self.actor, token_id=token_id, at=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)
