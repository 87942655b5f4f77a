"""Review cycles and reviews over REST. Scores, weights and values are decimal strings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db import transaction
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rest import TenantAPIView, once, require_match, tagged
from accounts.access.views import today
from reviews.cycles import selectors, services, starting
from reviews.cycles.models import Review, ReviewCycle
from reviews.cycles.page import review_page
from reviews.cycles.services import Entry, ManagerPart, SelfPart
from reviews.cycles.starting import Deadlines
from reviews.scorecards.api import IDEMPOTENCY_KEY, IF_MATCH
from salesops.lib import clock

_TEXT: dict[str, Any] = {"max_length": 4000, "required": False, "allow_blank": True}


class CycleOut(serializers.Serializer[ReviewCycle]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    period = serializers.CharField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    self_due = serializers.DateField()
    manager_due = serializers.DateField()
    sign_due = serializers.DateField()
    version = serializers.IntegerField()


class DeadlinesIn(serializers.Serializer[Any]):
    """What is left out stays as it is."""

    self_due = serializers.DateField(required=False)
    manager_due = serializers.DateField(required=False)
    sign_due = serializers.DateField(required=False)


class CycleIn(serializers.Serializer[Any]):
    """`period` is a month or quarter of the company's fiscal calendar, such as 2026-10 or 2026-Q3."""

    name = serializers.CharField(max_length=80)
    period = serializers.CharField(max_length=7)
    self_due = serializers.DateField()
    manager_due = serializers.DateField()
    sign_due = serializers.DateField()
    scorecards = serializers.ListField(child=serializers.IntegerField(), max_length=100)


class ReviewOut(serializers.Serializer[Review]):
    """`score` is there once it has been shared."""

    id = serializers.IntegerField()
    cycle = serializers.IntegerField(source="cycle_id")
    period = serializers.CharField()
    scorecard = serializers.CharField(source="scorecard.code")
    member = serializers.IntegerField(source="member_id")
    reviewer = serializers.IntegerField(source="reviewer_id", allow_null=True)
    state = serializers.ChoiceField(choices=Review.State.choices)
    due_on = serializers.DateField(allow_null=True)
    score = serializers.DecimalField(max_digits=5, decimal_places=2, allow_null=True)
    agreement = serializers.CharField()
    version = serializers.IntegerField()


class RowOut(serializers.Serializer[Any]):
    """Values as they are shown, in the KPI's unit; of the manager's side nothing before it is shared with one."""

    item = serializers.IntegerField(source="item.pk")
    kpi = serializers.CharField(source="item.kpi.code")
    weight = serializers.CharField()
    target = serializers.CharField()
    actual = serializers.CharField()
    self_value = serializers.CharField(source="own")
    self_note = serializers.CharField(source="own_note")
    manager_value = serializers.CharField(source="given")
    manager_note = serializers.CharField(source="note")
    points = serializers.CharField()


class ReviewDetailOut(ReviewOut):
    self_comment = serializers.CharField()
    manager_comment = serializers.SerializerMethodField()
    strengths = serializers.SerializerMethodField()
    next_steps = serializers.SerializerMethodField()
    sign_comment = serializers.CharField()
    rows = serializers.SerializerMethodField()
    explanation = serializers.SerializerMethodField()

    def _words(self, text: str) -> str:
        return text if self.context["page"].sees_manager_part else ""

    def get_manager_comment(self, review: Review) -> str:
        return self._words(review.manager_comment)

    def get_strengths(self, review: Review) -> str:
        return self._words(review.strengths)

    def get_next_steps(self, review: Review) -> str:
        return self._words(review.next_steps)

    @extend_schema_field(RowOut(many=True))
    def get_rows(self, review: Review) -> list[dict[str, Any]]:
        return RowOut(self.context["page"].rows, many=True).data  # type: ignore[return-value]

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_explanation(self, review: Review) -> list[str]:
        return self.context["page"].explanation if review.is_shared else []


class EntryIn(serializers.Serializer[Any]):
    item = serializers.IntegerField()
    value = serializers.DecimalField(max_digits=16, decimal_places=4, required=False, allow_null=True)
    note = serializers.CharField(**_TEXT)


class SelfPartIn(serializers.Serializer[Any]):
    """`submit` hands it in; without, it is kept."""

    comment = serializers.CharField(**_TEXT)
    entries = EntryIn(many=True, required=False)
    submit = serializers.BooleanField(required=False)


class ManagerPartIn(SelfPartIn):
    strengths = serializers.CharField(**_TEXT)
    next_steps = serializers.CharField(**_TEXT)
    meeting_on = serializers.DateField(required=False, allow_null=True)


class SignIn(serializers.Serializer[Any]):
    agreement = serializers.ChoiceField(choices=["agree", "disagree"])
    comment = serializers.CharField(**_TEXT)


class ReopenIn(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=["self", "manager"])
    due_on = serializers.DateField()
    reason = serializers.CharField(max_length=4000)


class CycleListView(TenantAPIView):
    capabilities = {"GET": "reviews.view", "POST": "reviews.manage"}

    @extend_schema(responses=CycleOut(many=True))
    def get(self, request: Request) -> Response:
        """The newest first."""
        return self.page(selectors.cycles(self.actor), CycleOut, ("-starts_on", "-id"))

    @extend_schema(request=CycleIn, responses={201: CycleOut}, parameters=[IDEMPOTENCY_KEY])
    @once
    def post(self, request: Request) -> Response:
        """Begin a cycle. For more than a few hundred people the reviews are written by a job."""
        values = self.read(CycleIn)
        deadlines = Deadlines(values["self_due"], values["manager_due"], values["sign_due"])
        cycle = starting.start_cycle(
            actor=self.actor,
            name=values["name"],
            period=values["period"],
            deadlines=deadlines,
            scorecard_ids=values["scorecards"],
            at=clock.now(),
        )
        return tagged(CycleOut(cycle).data, status.HTTP_201_CREATED)


class CycleView(TenantAPIView):
    capabilities = {"GET": "reviews.view", "PATCH": "reviews.manage"}

    @extend_schema(responses=CycleOut)
    def get(self, request: Request, cycle_id: int) -> Response:
        return tagged(CycleOut(selectors.get_cycle(self.actor, cycle_id)).data)

    @extend_schema(request=DeadlinesIn, responses=CycleOut, parameters=[IF_MATCH])
    @transaction.atomic
    def patch(self, request: Request, cycle_id: int) -> Response:
        """Move the deadlines."""
        ReviewCycle.objects.select_for_update().filter(pk=cycle_id).first()
        cycle = selectors.get_cycle(self.actor, cycle_id)
        require_match(request, CycleOut(cycle).data)
        present = Deadlines(cycle.self_due, cycle.manager_due, cycle.sign_due)
        changed = starting.change_deadlines(
            actor=self.actor,
            cycle_id=cycle.pk,
            version=cycle.version,
            deadlines=replace(present, **self.read(DeadlinesIn)),
            as_of=today(self.http),
        )
        return tagged(CycleOut(changed).data)


class ReviewListView(TenantAPIView):
    capabilities = {"GET": "reviews.view"}

    @extend_schema(
        responses=ReviewOut(many=True),
        parameters=[OpenApiParameter("cycle", int), OpenApiParameter("state", str, enum=list(Review.State.values))],
    )
    def get(self, request: Request) -> Response:
        """One's own reviews, those one writes, and those in one's scope; the newest first."""
        found = selectors.visible_reviews(self.actor, today(self.http))
        asked = request.query_params
        if (cycle := asked.get("cycle", "")).isascii() and cycle.isdigit() and len(cycle) < 19:
            found = found.filter(cycle_id=int(cycle))
        return self.page(selectors.narrowed(found, state=asked.get("state", "")), ReviewOut, ("-id",))


class _ReviewView(TenantAPIView):
    def shown(self, review_id: int) -> dict[str, Any]:
        day = today(self.http)
        review = selectors.get_review(self.actor, review_id, day)
        return ReviewDetailOut(review, context={"page": review_page(self.actor, review, day)}).data

    def write(self, review_id: int, service: Callable[..., Review], **values: Any) -> Response:
        """Lock, compare with If-Match, write, show."""
        selectors.get_review(self.actor, review_id, today(self.http))
        with transaction.atomic():
            version = Review.objects.select_for_update().values_list("version", flat=True).get(pk=review_id)
            require_match(self.request, self.shown(review_id))
            service(actor=self.actor, review_id=review_id, version=version, at=clock.now(), **values)
            return tagged(self.shown(review_id))


class ReviewView(_ReviewView):
    capabilities = {"GET": "reviews.view"}

    @extend_schema(responses=ReviewDetailOut)
    def get(self, request: Request, review_id: int) -> Response:
        return tagged(self.shown(review_id))


def _entries(values: dict[str, Any]) -> dict[int, Entry]:
    return {one["item"]: Entry(one.get("value"), one.get("note", "")) for one in values.pop("entries", ())}


class SelfPartView(_ReviewView):
    capabilities = {"POST": "reviews.view"}

    @extend_schema(request=SelfPartIn, responses=ReviewDetailOut, parameters=[IF_MATCH])
    def post(self, request: Request, review_id: int) -> Response:
        """The self part, by the person under review."""
        values = self.read(SelfPartIn)
        service = services.submit_self if values.pop("submit", False) else services.save_self
        return self.write(review_id, service, part=SelfPart(entries=_entries(values), **values))


class ManagerPartView(_ReviewView):
    capabilities = {"POST": "reviews.view"}

    @extend_schema(request=ManagerPartIn, responses=ReviewDetailOut, parameters=[IF_MATCH])
    def post(self, request: Request, review_id: int) -> Response:
        """The manager part, by the reviewer; `submit` freezes the actuals and shares it."""
        values = self.read(ManagerPartIn)
        service = services.share if values.pop("submit", False) else services.save_manager
        return self.write(review_id, service, part=ManagerPart(entries=_entries(values), **values))


class SignView(_ReviewView):
    capabilities = {"POST": "reviews.view"}

    @extend_schema(request=SignIn, responses=ReviewDetailOut, parameters=[IF_MATCH])
    def post(self, request: Request, review_id: int) -> Response:
        """The sign-off, by the person under review."""
        values = self.read(SignIn)
        return self.write(review_id, services.sign, agreement=values["agreement"], comment=values.get("comment", ""))


class ReopenView(_ReviewView):
    capabilities = {"POST": "reviews.correct"}

    @extend_schema(request=ReopenIn, responses=ReviewDetailOut, parameters=[IF_MATCH])
    def post(self, request: Request, review_id: int) -> Response:
        """Back to an earlier part, with a reason and a new deadline."""
        return self.write(review_id, services.reopen, **self.read(ReopenIn))
