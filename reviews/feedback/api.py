"""Feedback over REST."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db import transaction
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rest import IDEMPOTENCY_KEY, IF_MATCH, TenantAPIView, once, require_match, tagged
from accounts.access.views import today
from reviews.feedback import pages, selectors, services
from reviews.feedback.forms import FilterForm
from reviews.feedback.models import Channel, FeedbackCase, FeedbackEntry, Kind, Severity, State
from reviews.feedback.rules import LONGEST
from reviews.feedback.values import FeedbackValues
from salesops.lib import clock


class FeedbackOut(serializers.Serializer[FeedbackCase]):
    """A case. `due_at` is when the customer must have an answer, `answered_at` when they first had one."""

    id = serializers.IntegerField()
    customer = serializers.IntegerField(source="customer_id")
    contact = serializers.IntegerField(source="contact_id", allow_null=True)
    deal = serializers.IntegerField(source="deal_id", allow_null=True)
    product = serializers.IntegerField(source="product_id", allow_null=True)
    owner = serializers.IntegerField(source="owner_id")
    channel = serializers.ChoiceField(Channel.choices)
    kind = serializers.ChoiceField(Kind.choices)
    severity = serializers.ChoiceField(Severity.choices)
    state = serializers.ChoiceField(State.choices)
    text = serializers.CharField()
    rating = serializers.IntegerField(allow_null=True)
    received_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)
    resolved_at = serializers.DateTimeField(allow_null=True)
    resolution = serializers.CharField()
    satisfaction = serializers.IntegerField(allow_null=True)
    version = serializers.IntegerField()


class FeedbackEntryOut(serializers.Serializer[FeedbackEntry]):
    kind = serializers.ChoiceField(FeedbackEntry.Kind.choices)
    text = serializers.CharField()
    score = serializers.IntegerField(allow_null=True)
    severity = serializers.CharField()
    due_at = serializers.DateTimeField(allow_null=True)
    owner = serializers.IntegerField(source="owner_id")
    author = serializers.IntegerField(source="author_id", allow_null=True)
    at = serializers.DateTimeField()


class FeedbackDetailOut(FeedbackOut):
    """A case with its thread, the oldest entry first."""

    entries = serializers.SerializerMethodField()

    @extend_schema_field(FeedbackEntryOut(many=True))
    def get_entries(self, case: FeedbackCase) -> list[dict[str, Any]]:
        return [dict(FeedbackEntryOut(entry).data) for entry in case.entries.order_by("id")]


class FeedbackIn(serializers.Serializer[Any]):
    """What may be put right; fields that are left out stay as they are."""

    text = serializers.CharField(max_length=LONGEST)
    kind = serializers.ChoiceField(Kind.choices)
    channel = serializers.ChoiceField(Channel.choices)
    contact = serializers.IntegerField(source="contact_id", required=False, allow_null=True, min_value=1)
    deal = serializers.IntegerField(source="deal_id", required=False, allow_null=True, min_value=1)
    product = serializers.IntegerField(source="product_id", required=False, allow_null=True, min_value=1)
    rating = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=10)


class NewFeedbackIn(FeedbackIn):
    """Without `received_at` now, without `owner` whoever owns the customer, without `due_at` the response time."""

    customer = serializers.IntegerField(source="customer_id", min_value=1)
    severity = serializers.ChoiceField(Severity.choices)
    received_at = serializers.DateTimeField(required=False)
    due_at = serializers.DateTimeField(required=False, allow_null=True)
    owner = serializers.IntegerField(source="owner_id", required=False, allow_null=True, min_value=1)


class FeedbackAnswerIn(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=LONGEST)


class FeedbackResolveIn(serializers.Serializer[Any]):
    resolution = serializers.CharField(max_length=LONGEST)


class FeedbackReopenIn(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=LONGEST)


class FeedbackRateIn(serializers.Serializer[Any]):
    satisfaction = serializers.IntegerField(min_value=1, max_value=5)


class FeedbackSeverityIn(serializers.Serializer[Any]):
    """Without `due_at` the severity's response time holds."""

    severity = serializers.ChoiceField(Severity.choices)
    due_at = serializers.DateTimeField(required=False, allow_null=True)


class FeedbackAssignIn(serializers.Serializer[Any]):
    owner = serializers.IntegerField(source="owner_id", min_value=1)


class _FeedbackAPIView(TenantAPIView):
    def get_case(self, case_id: int, capability: str = "feedback.view") -> FeedbackCase:
        return selectors.get_case(self.actor, today(self.http), case_id, capability)

    def answer_with(self, case_id: int, status_code: int = status.HTTP_200_OK) -> Response:
        shown = FeedbackDetailOut(self.get_case(case_id)).data
        return tagged(shown, status_code)

    def seen(self, case_id: int) -> FeedbackCase:
        """The case, locked, if it is still what the client has read."""
        FeedbackCase.objects.select_for_update().filter(pk=case_id).first()
        case = self.get_case(case_id, "feedback.edit")
        require_match(self.request, FeedbackDetailOut(case).data)
        return case


class FeedbackListView(_FeedbackAPIView):
    capabilities = {"GET": "feedback.view", "POST": "feedback.edit"}

    @extend_schema(
        responses=FeedbackOut(many=True), parameters=[OpenApiParameter(name, str) for name in FilterForm.base_fields]
    )
    def get(self, request: Request) -> Response:
        """Feedback in one's scope, the newest first; with `state` open or overdue the most urgent first."""
        narrowed, _ = pages.read_filter(request.query_params)
        return self.page(selectors.find_cases(self.actor, clock.now(), narrowed), FeedbackOut, narrowed.order)

    @extend_schema(request=NewFeedbackIn, responses={201: FeedbackDetailOut}, parameters=[IDEMPOTENCY_KEY])
    @once
    def post(self, request: Request) -> Response:
        now, typed = clock.now(), self.read(NewFeedbackIn)
        apart = {name: typed.pop(name, None) for name in ("owner_id", "due_at")}
        received_at, severity = typed.pop("received_at", now), typed.pop("severity")
        case = services.log(
            actor=self.actor,
            values=FeedbackValues(**typed),
            severity=severity,
            received_at=received_at,
            at=now,
            **apart,
        )
        return self.answer_with(case.pk, status.HTTP_201_CREATED)


class FeedbackView(_FeedbackAPIView):
    capabilities = {"GET": "feedback.view", "PATCH": "feedback.edit"}

    @extend_schema(responses=FeedbackDetailOut)
    def get(self, request: Request, case_id: int) -> Response:
        return self.answer_with(case_id)

    @extend_schema(request=FeedbackIn(partial=True), responses=FeedbackDetailOut, parameters=[IF_MATCH])
    @transaction.atomic
    def patch(self, request: Request, case_id: int) -> Response:
        """Put right what was written down."""
        case = self.seen(case_id)
        values = replace(FeedbackValues.of(case), **self.read(FeedbackIn, partial=True))
        services.edit(actor=self.actor, case_id=case_id, version=case.version, values=values, at=clock.now())
        return self.answer_with(case_id)


class _FeedbackActionView(_FeedbackAPIView):
    capabilities = {"POST": "feedback.edit"}

    def act(
        self, case_id: int, service: Callable[..., FeedbackCase], sent: type[serializers.Serializer[Any]]
    ) -> Response:
        with transaction.atomic():
            case = self.seen(case_id)
            service(actor=self.actor, case_id=case_id, version=case.version, at=clock.now(), **self.read(sent))
        return self.answer_with(case_id)


class FeedbackAnswerView(_FeedbackActionView):
    @extend_schema(request=FeedbackAnswerIn, responses=FeedbackDetailOut, parameters=[IF_MATCH])
    def post(self, request: Request, case_id: int) -> Response:
        """What the customer was told; the first answer stops the clock."""
        return self.act(case_id, services.answer, FeedbackAnswerIn)


class FeedbackResolveView(_FeedbackActionView):
    @extend_schema(request=FeedbackResolveIn, responses=FeedbackDetailOut, parameters=[IF_MATCH])
    def post(self, request: Request, case_id: int) -> Response:
        return self.act(case_id, services.resolve, FeedbackResolveIn)


class FeedbackReopenView(_FeedbackActionView):
    @extend_schema(request=FeedbackReopenIn, responses=FeedbackDetailOut, parameters=[IF_MATCH])
    def post(self, request: Request, case_id: int) -> Response:
        """An answer is awaited again, within the response time from now."""
        return self.act(case_id, services.reopen, FeedbackReopenIn)


class FeedbackRateView(_FeedbackActionView):
    @extend_schema(request=FeedbackRateIn, responses=FeedbackDetailOut, parameters=[IF_MATCH])
    def post(self, request: Request, case_id: int) -> Response:
        """How content the customer is with what was done."""
        return self.act(case_id, services.rate, FeedbackRateIn)


class FeedbackSeverityView(_FeedbackActionView):
    @extend_schema(request=FeedbackSeverityIn, responses=FeedbackDetailOut, parameters=[IF_MATCH])
    def post(self, request: Request, case_id: int) -> Response:
        """Another severity and with it another deadline, which must lie ahead when it is given."""
        return self.act(case_id, services.change_severity, FeedbackSeverityIn)


class FeedbackAssignView(_FeedbackActionView):
    @extend_schema(request=FeedbackAssignIn, responses=FeedbackDetailOut, parameters=[IF_MATCH])
    def post(self, request: Request, case_id: int) -> Response:
        return self.act(case_id, services.assign, FeedbackAssignIn)
