"""Invitations over REST. The link is in the mail only."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rest import IDEMPOTENCY_KEY, IF_MATCH, TenantAPIView, once, require_match, tagged
from accounts.invitations import selectors, services
from accounts.invitations.models import Invitation, InvitationState
from accounts.people.directory import team_of
from accounts.people.models import Role
from salesops.lib import clock
from salesops.lib.errors import DomainError, NotVisible, gettext_noop


class InvitationOut(serializers.Serializer[Invitation]):
    """`state` is that of now."""

    id = serializers.IntegerField()
    member = serializers.IntegerField(source="member_id")
    email = serializers.EmailField()
    state = serializers.SerializerMethodField()
    sent_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()

    def get_state(self, row: Invitation) -> InvitationState:
        return row.state_at(clock.now())


class InvitationIn(serializers.Serializer[Any]):
    """Either `member`, who does not sign in yet, or somebody new by `full_name` and `roles`."""

    email = serializers.EmailField(max_length=254)
    member = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    full_name = serializers.CharField(max_length=120, required=False)
    roles = serializers.ListField(child=serializers.ChoiceField(Role.choices), required=False)
    team = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=2**63 - 1)
    starts_on = serializers.DateField(required=False, allow_null=True)


class InvitationListView(TenantAPIView):
    capabilities = {"GET": "people.manage", "POST": "people.manage"}

    @extend_schema(
        responses=InvitationOut(many=True),
        parameters=[OpenApiParameter("state", str, enum=InvitationState.values)],
    )
    def get(self, request: Request) -> Response:
        """Invitations, the latest first."""
        every = selectors.invitations(self.actor)
        wanted = selectors.in_state(every, request.query_params.get("state", ""), clock.now())
        return self.page(wanted, InvitationOut, selectors.ORDER)

    @extend_schema(request=InvitationIn, responses={201: InvitationOut}, parameters=[IDEMPOTENCY_KEY])
    @once
    def post(self, request: Request) -> Response:
        """Invite; the mail leaves within a minute."""
        typed = InvitationIn(data=request.data)
        typed.is_valid(raise_exception=True)
        shown = InvitationOut(self._sent(dict(typed.validated_data))).data
        return tagged(shown, status.HTTP_201_CREATED)

    def _sent(self, typed: dict[str, Any]) -> Invitation:
        member_id, email, now = typed.pop("member", None), typed.pop("email"), clock.now()
        if member_id is not None:
            if typed:
                message = gettext_noop("Send either member, or full_name, roles, team and starts_on.")
                raise DomainError("either_or", message, "member")
            return services.invite(actor=self.actor, member_id=member_id, email=email, at=now)
        team_id = typed.pop("team", None)
        typed = {"full_name": "", "roles": [], **typed}
        team = _team(self.actor, team_id) if team_id is not None else None
        return services.invite_new(actor=self.actor, email=email, team=team, at=now, **typed)


class InvitationView(TenantAPIView):
    capabilities = {"GET": "people.manage"}

    @extend_schema(responses=InvitationOut)
    def get(self, request: Request, invitation_id: int) -> Response:
        shown = InvitationOut(selectors.invitation_of(self.actor, invitation_id)).data
        return tagged(shown)


class InvitationResendView(TenantAPIView):
    capabilities = {"POST": "people.manage"}

    @extend_schema(request=None, responses=InvitationOut, parameters=[IF_MATCH])
    @transaction.atomic
    def post(self, request: Request, invitation_id: int) -> Response:
        """A new link for seven days; the one sent before opens nothing more."""
        require_match(request, InvitationOut(selectors.invitation_of(self.actor, invitation_id)).data)
        sent = services.resend(actor=self.actor, invitation_id=invitation_id, at=clock.now())
        shown = InvitationOut(sent).data
        return tagged(shown)


class InvitationRevokeView(TenantAPIView):
    capabilities = {"POST": "people.manage"}

    @extend_schema(request=None, responses=InvitationOut, parameters=[IF_MATCH])
    @transaction.atomic
    def post(self, request: Request, invitation_id: int) -> Response:
        """The link opens nothing from now on."""
        require_match(request, InvitationOut(selectors.invitation_of(self.actor, invitation_id)).data)
        ended = services.revoke(actor=self.actor, invitation_id=invitation_id, at=clock.now())
        shown = InvitationOut(ended).data
        return tagged(shown)


def _team(actor: Any, team_id: int) -> Any:
    try:
        return team_of(actor, team_id)
    except NotVisible:
        message = gettext_noop("There is no team %(id)s.")
        raise DomainError("unknown_team", message, "team", id=team_id) from None
