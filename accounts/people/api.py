"""People and teams over REST."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rest import TenantAPIView, once, require_match, tagged
from accounts.access.views import today
from accounts.people import changes, directory, services
from accounts.people.models import Member, Region, Role, Team

IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True, description="The ETag as read.")
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="Sent again, the request answers the same."
)


class MemberOut(serializers.Serializer[Member]):
    """A member as everybody of the company sees them; `team` is that of today."""

    id = serializers.IntegerField()
    full_name = serializers.CharField()
    email = serializers.EmailField(source="user.email", default=None, allow_null=True)
    roles = serializers.ListField(child=serializers.ChoiceField(Role.choices))
    employee_number = serializers.CharField()
    hired_on = serializers.DateField(allow_null=True)
    left_on = serializers.DateField(allow_null=True)
    team = serializers.SerializerMethodField()

    def get_team(self, member: Member) -> int | None:
        current: list[Any] = member.current  # type: ignore[attr-defined]  # prefetched by directory.members
        return current[0].team_id if current else None


class MemberIn(serializers.Serializer[Any]):
    full_name = serializers.CharField(max_length=120)
    roles = serializers.ListField(child=serializers.ChoiceField(Role.choices), allow_empty=False)
    employee_number = serializers.CharField(max_length=40, required=False, allow_blank=True)
    hired_on = serializers.DateField(required=False, allow_null=True)


class NewMemberIn(MemberIn):
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True)


class TeamOut(serializers.Serializer[Team]):
    """A team; `parent` None is at the top, `region` is set on those only."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    parent = serializers.IntegerField(source="parent_id", allow_null=True)  # type: ignore[assignment]  # declared
    region = serializers.IntegerField(source="region_id", allow_null=True)


class RegionOut(serializers.Serializer[Region]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class CompanyOut(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name = serializers.CharField()
    currency = serializers.CharField()
    time_zone = serializers.CharField()
    fiscal_year_start = serializers.IntegerField()


class MeOut(serializers.Serializer[Any]):
    member = MemberOut()
    company = CompanyOut()


class MeView(TenantAPIView):
    """Who the session or the token belongs to."""

    capabilities = {"GET": "people.view"}

    @extend_schema(responses=MeOut)
    def get(self, request: Request) -> Response:
        member = directory.member_of(self.actor, self.http.actor.member.pk, today(self.http))  # type: ignore[union-attr]
        return Response(MeOut({"member": member, "company": self.actor.tenant}).data)


class MemberListView(TenantAPIView):
    capabilities = {"GET": "people.view", "POST": "people.manage"}

    @extend_schema(
        responses=MemberOut(many=True),
        parameters=[OpenApiParameter(name, str) for name in ("search", "role", "team", "state")],
    )
    def get(self, request: Request) -> Response:
        """Members by name. `state`: here (default), left or all."""
        day = today(self.http)
        wanted = {name: request.query_params.get(name, "") for name in ("search", "role", "team", "state")}
        found = directory.narrowed(directory.members(self.actor, day), day, **wanted)
        return self.page(found, MemberOut, directory.ORDER)

    @extend_schema(request=NewMemberIn, responses={201: MemberOut}, parameters=[IDEMPOTENCY_KEY])
    @once
    def post(self, request: Request) -> Response:
        """Add a member. With an e-mail they can sign in, once they have set a password by the reset link."""
        typed = NewMemberIn(data=request.data)
        typed.is_valid(raise_exception=True)
        member = services.add_member(actor=self.actor, **typed.validated_data)
        shown = MemberOut(directory.member_of(self.actor, member.pk, today(self.http))).data
        return tagged(shown, status.HTTP_201_CREATED)


class MemberView(TenantAPIView):
    """One member, with the version (ETag) that an edit must send back."""

    capabilities = {"GET": "people.view", "PUT": "people.manage"}

    @extend_schema(responses=MemberOut)
    def get(self, request: Request, member_id: int) -> Response:
        shown = self._shown(member_id)
        return tagged(shown)

    @extend_schema(request=MemberIn, responses=MemberOut, parameters=[IF_MATCH])
    @transaction.atomic
    def put(self, request: Request, member_id: int) -> Response:
        """Replace name, roles, number and first day of a member."""
        Member.objects.select_for_update(of=("self",)).filter(pk=member_id).first()
        require_match(request, self._shown(member_id))
        typed = MemberIn(data=request.data)
        typed.is_valid(raise_exception=True)
        member = directory.member_of(self.actor, member_id, today(self.http))
        changes.update_member(actor=self.actor, member=member, **typed.validated_data)
        shown = self._shown(member_id)
        return tagged(shown)

    def _shown(self, member_id: int) -> dict[str, Any]:
        return MemberOut(directory.member_of(self.actor, member_id, today(self.http))).data


class TeamListView(TenantAPIView):
    """Teams by name; `parent` makes the tree."""

    capabilities = {"GET": "people.view"}

    @extend_schema(responses=TeamOut(many=True))
    def get(self, request: Request) -> Response:
        teams: QuerySet[Team] = directory.teams(self.actor)
        return self.page(teams, TeamOut, ("name", "id"))


class RegionListView(TenantAPIView):
    """Regions by name."""

    capabilities = {"GET": "people.view"}

    @extend_schema(responses=RegionOut(many=True))
    def get(self, request: Request) -> Response:
        return self.page(directory.regions(self.actor), RegionOut, ("name", "id"))
