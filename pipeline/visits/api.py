"""Visits over REST. A phone that had no signal sends what it kept to the visit's own key, as often as it must."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rest import TenantAPIView, once, require_match, tagged
from accounts.access.views import today
from pipeline.customers.selectors import visible_customers
from pipeline.rest import IDEMPOTENCY_KEY, IF_MATCH
from pipeline.visits import pages, selectors, services
from pipeline.visits.models import Visit
from pipeline.visits.place import Place
from pipeline.visits.values import Arrival, Plan, Report
from salesops.lib import clock
from salesops.lib.errors import DomainError, gettext_noop


class VisitOut(serializers.Serializer[Visit]):
    """A visit. `at` is the time it is planned for and, from the check-in on, when it was."""

    id = serializers.IntegerField()
    client_key = serializers.UUIDField()
    owner = serializers.IntegerField(source="owner_id")
    customer = serializers.IntegerField(source="customer_id")
    deal = serializers.IntegerField(source="deal_id", allow_null=True)
    contact = serializers.IntegerField(source="contact_id", allow_null=True)
    purpose = serializers.CharField()
    state = serializers.ChoiceField(Visit.State.choices)
    at = serializers.DateTimeField()
    planned_for = serializers.DateTimeField(allow_null=True)
    checked_in_at = serializers.DateTimeField(allow_null=True)
    captured_at = serializers.DateTimeField(allow_null=True)
    place_source = serializers.ChoiceField(Visit.PlaceSource.choices, allow_blank=True)
    place = serializers.CharField()
    latitude = serializers.DecimalField(max_digits=8, decimal_places=6, allow_null=True)
    longitude = serializers.DecimalField(max_digits=9, decimal_places=6, allow_null=True)
    accuracy_m = serializers.IntegerField(allow_null=True)
    distance_m = serializers.IntegerField(allow_null=True)
    verification = serializers.ChoiceField(Visit.Verification.choices, allow_blank=True)
    checked_out_at = serializers.DateTimeField(allow_null=True)
    outcome = serializers.ChoiceField(Visit.Outcome.choices, allow_blank=True)
    note = serializers.CharField()
    next_step_on = serializers.DateField(allow_null=True)
    next_step = serializers.CharField()
    version = serializers.IntegerField()


class PlanIn(serializers.Serializer[Any]):
    """A visit to come. Without an `owner` it is one's own."""

    owner = serializers.IntegerField(source="owner_id", required=False)
    customer = serializers.IntegerField(source="customer_id")
    deal = serializers.IntegerField(source="deal_id", required=False, allow_null=True)
    contact = serializers.IntegerField(source="contact_id", required=False, allow_null=True)
    purpose = serializers.CharField(max_length=160, required=False, allow_blank=True)
    planned_for = serializers.DateTimeField()


class ArrivalIn(serializers.Serializer[Any]):
    """At the door: when by the phone's clock, and its position or a place in words."""

    captured_at = serializers.DateTimeField()
    latitude = serializers.DecimalField(max_digits=12, decimal_places=6, required=False, allow_null=True)
    longitude = serializers.DecimalField(max_digits=12, decimal_places=6, required=False, allow_null=True)
    accuracy_m = serializers.IntegerField(required=False, allow_null=True)
    place = serializers.CharField(max_length=200, required=False, allow_blank=True)


class ReportIn(serializers.Serializer[Any]):
    """How it went. `checked_out_at` is by the phone's clock."""

    outcome = serializers.ChoiceField(Visit.Outcome.choices)
    checked_out_at = serializers.DateTimeField()
    note = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    next_step_on = serializers.DateField(required=False, allow_null=True)
    next_step = serializers.CharField(max_length=200, required=False, allow_blank=True)


class CancelIn(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True)


class LogIn(serializers.Serializer[Any]):
    """A visit as a phone kept it. `member` is whose phone it is: what one person kept is never sent as another.

    `version` is that of the planned visit as the phone saw it; `customer` or `customer_name` says where one was when
    nothing had been planned.
    """

    member = serializers.IntegerField()
    version = serializers.IntegerField(required=False, allow_null=True)
    customer = serializers.IntegerField(required=False, allow_null=True)
    customer_name = serializers.CharField(max_length=160, required=False, allow_blank=True)
    arrival = ArrivalIn()
    report = ReportIn(required=False, allow_null=True)


class _VisitAPIView(TenantAPIView):
    def answer(self, visit_id: int, status_code: int = status.HTTP_200_OK) -> Response:
        visit = selectors.get_visit(self.actor, today(self.http), visit_id)
        shown = VisitOut(visit).data
        return tagged(shown, status_code)

    def seen(self, visit_id: int) -> Visit:
        """The visit, locked, if it is still what the client has read."""
        Visit.objects.select_for_update().filter(pk=visit_id).first()
        visit = selectors.get_visit(self.actor, today(self.http), visit_id, "visits.edit")
        require_match(self.request, VisitOut(visit).data)
        return visit


class VisitListView(_VisitAPIView):
    capabilities = {"GET": "visits.view", "POST": "visits.edit"}

    @extend_schema(
        responses=VisitOut(many=True),
        parameters=[
            OpenApiParameter(name, str)
            for name in ("week", "first", "last", "member", "customer", "state", "verification")
        ],
    )
    def get(self, request: Request) -> Response:
        """Visits in one's scope, the earliest first; with neither `week` nor `first` and `last`, all of them."""
        asked = pages.read_list(request.query_params.dict(), today(self.http))
        narrowed = asked.narrowed
        if asked.by_week and not asked.typed["week"]:
            narrowed = replace(narrowed, first=None, last=None)
        customer = request.query_params.get("customer", "")
        if customer.isascii() and customer.isdigit() and len(customer) < 19:
            narrowed = replace(narrowed, customer_id=int(customer))
        return self.page(selectors.find_visits(self.actor, today(self.http), narrowed), VisitOut, selectors.ORDER)

    @extend_schema(request=PlanIn, responses={201: VisitOut}, parameters=[IDEMPOTENCY_KEY])
    @once
    def post(self, request: Request) -> Response:
        """Plan a visit. An Idempotency-Key that is a UUID becomes the visit's own key."""
        typed = self.read(PlanIn)
        member = self.actor.member
        plan = Plan(**{"owner_id": member.pk if member else 0, **typed})
        key = _uuid(request.headers.get("Idempotency-Key", "")) or uuid4()
        visit = services.plan(actor=self.actor, plan=plan, client_key=key, at=clock.now())
        return self.answer(visit.pk, status.HTTP_201_CREATED)


class VisitView(_VisitAPIView):
    capabilities = {"GET": "visits.view", "PATCH": "visits.edit"}

    @extend_schema(responses=VisitOut)
    def get(self, request: Request, visit_id: int) -> Response:
        return self.answer(visit_id)

    @extend_schema(request=PlanIn(partial=True), responses=VisitOut, parameters=[IF_MATCH])
    @transaction.atomic
    def patch(self, request: Request, visit_id: int) -> Response:
        """Move a planned visit, or change what else the plan says."""
        visit = self.seen(visit_id)
        plan = replace(Plan.of(visit), **self.read(PlanIn, partial=True))
        services.change(actor=self.actor, visit_id=visit.pk, version=visit.version, plan=plan, at=clock.now())
        return self.answer(visit_id)


class _VisitActionView(_VisitAPIView):
    capabilities = {"POST": "visits.edit"}

    def act(self, visit_id: int, service: Callable[..., Visit], read: Callable[[], dict[str, Any]]) -> Response:
        with transaction.atomic():
            visit = self.seen(visit_id)
            service(actor=self.actor, visit_id=visit_id, version=visit.version, at=clock.now(), **read())
        return self.answer(visit_id)


class VisitCheckInView(_VisitActionView):
    @extend_schema(request=ArrivalIn, responses=VisitOut, parameters=[IF_MATCH])
    def post(self, request: Request, visit_id: int) -> Response:
        """At the door of one's own visit."""
        return self.act(visit_id, services.check_in, lambda: {"arrival": _arrival(self.read(ArrivalIn))})


class VisitFinishView(_VisitActionView):
    @extend_schema(request=ReportIn, responses=VisitOut, parameters=[IF_MATCH])
    def post(self, request: Request, visit_id: int) -> Response:
        """How it went, and out of the door."""
        return self.act(visit_id, services.finish, lambda: {"report": Report(**self.read(ReportIn))})


class VisitCancelView(_VisitActionView):
    @extend_schema(request=CancelIn, responses=VisitOut, parameters=[IF_MATCH])
    def post(self, request: Request, visit_id: int) -> Response:
        return self.act(visit_id, services.cancel, lambda: self.read(CancelIn))


class KeptVisitView(_VisitAPIView):
    capabilities = {"PUT": "visits.edit"}

    @extend_schema(request=LogIn, responses=VisitOut)
    def put(self, request: Request, client_key: UUID) -> Response:
        """A visit as a phone kept it, planned or not: the arrival, and the report when it is over.

        Sent again, whole or with the report added, it stays one visit and the answer is the same.
        """
        typed = self.read(LogIn)
        member = self.actor.member
        if member is None or typed["member"] != member.pk:
            message = gettext_noop("Somebody else saved this visit here; only they can send it.")
            raise DomainError("not_yours", message, "member")
        report = typed.get("report")
        visit = services.log_visit(
            actor=self.actor,
            client_key=client_key,
            plan=self._plan(member.pk, typed),
            version=typed.get("version"),
            arrival=_arrival(typed["arrival"]),
            report=Report(**report) if report else None,
            at=clock.now(),
        )
        return self.answer(visit.pk)

    def _plan(self, member_id: int, typed: dict[str, Any]) -> Plan | None:
        if typed.get("customer"):
            return Plan(member_id, typed["customer"], None)
        name = " ".join(typed.get("customer_name", "").split())
        if not name:
            return None
        found = visible_customers(self.actor, today(self.http)).filter(name=name).first()
        if found is None:
            message = gettext_noop("There is no customer named “%(name)s” among yours.")
            raise DomainError("unknown_customer", message, "customer", name=name)
        return Plan(member_id, found.pk, None)


def _arrival(typed: dict[str, Any]) -> Arrival:
    place = Place(
        typed.get("latitude"), typed.get("longitude"), typed.get("accuracy_m"), typed.get("place", "").strip()
    )
    return Arrival(typed["captured_at"], place)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
