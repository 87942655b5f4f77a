"""The KPI library and the scorecards over REST. Numbers are decimal strings, in the unit of their KPI."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rest import TenantAPIView, once, require_match, tagged
from reviews.scorecards import selectors, services
from reviews.scorecards.models import Dimension, Kpi, Scorecard, ScorecardItem, Unit
from reviews.scorecards.values import ItemValues, KpiValues

IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True, description="The ETag as read.")
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="Sent again, the request answers the same."
)
_NUMBER: dict[str, Any] = {"max_digits": 19, "decimal_places": 4}


class KpiOut(serializers.Serializer[Kpi]):
    id = serializers.IntegerField()
    code = serializers.CharField()
    names = serializers.DictField(child=serializers.CharField())
    unit = serializers.ChoiceField(choices=Unit.choices)
    measure = serializers.CharField()
    lower_is_better = serializers.BooleanField()
    retired = serializers.BooleanField()
    version = serializers.IntegerField()


class KpiIn(serializers.Serializer[Any]):
    """`measure` names what fills it, and is blank where people enter it."""

    code = serializers.CharField(max_length=40)
    names = serializers.DictField(child=serializers.CharField(max_length=80))
    unit = serializers.ChoiceField(choices=Unit.choices)
    measure = serializers.CharField(max_length=40, required=False, allow_blank=True)
    lower_is_better = serializers.BooleanField(required=False)


class KpiChange(serializers.Serializer[Any]):
    """What is left out stays as it is."""

    names = serializers.DictField(child=serializers.CharField(max_length=80), required=False)
    unit = serializers.ChoiceField(choices=Unit.choices, required=False)
    measure = serializers.CharField(max_length=40, required=False, allow_blank=True)
    lower_is_better = serializers.BooleanField(required=False)
    retired = serializers.BooleanField(required=False)


class StepField(serializers.Serializer[Any]):
    bound = serializers.DecimalField(**_NUMBER)
    points = serializers.DecimalField(**_NUMBER)


class ItemIn(serializers.Serializer[Any]):
    """`linear` needs a floor, a target (100 against the quota) and a cap in points; `steps` a table."""

    kpi = serializers.IntegerField(source="kpi_id")
    dimension = serializers.ChoiceField(choices=Dimension.choices)
    weight = serializers.DecimalField(max_digits=5, decimal_places=2)
    of = serializers.ChoiceField(choices=ScorecardItem.Of.choices, required=False)
    against = serializers.ChoiceField(choices=ScorecardItem.Against.choices, required=False)
    shape = serializers.ChoiceField(choices=ScorecardItem.Shape.choices, required=False)
    floor = serializers.DecimalField(**_NUMBER, required=False, allow_null=True)
    target = serializers.DecimalField(**_NUMBER, required=False, allow_null=True)
    cap = serializers.DecimalField(max_digits=5, decimal_places=2, required=False)
    steps = StepField(many=True, required=False)


class ItemOut(ItemIn):
    id = serializers.IntegerField()
    steps = serializers.SerializerMethodField()  # type: ignore[assignment]

    def get_steps(self, item: ScorecardItem) -> list[dict[str, str]]:
        return [{"bound": bound, "points": points} for bound, points in item.steps]


class ScorecardOut(serializers.Serializer[Scorecard]):
    """With the items of its newest version; `used` says that a cycle uses it, so a change makes a new one."""

    id = serializers.IntegerField()
    code = serializers.CharField()
    names = serializers.DictField(child=serializers.CharField())
    role = serializers.CharField()
    team = serializers.IntegerField(source="team_id", allow_null=True)
    version = serializers.IntegerField()
    number = serializers.SerializerMethodField()
    items = serializers.SerializerMethodField()

    def get_number(self, scorecard: Scorecard) -> int:
        return scorecard.every_version[0].number  # type: ignore[attr-defined,no-any-return]

    @extend_schema(responses=ItemOut(many=True))
    def get_items(self, scorecard: Scorecard) -> list[dict[str, Any]]:
        return ItemOut(scorecard.every_version[0].rows, many=True).data  # type: ignore[attr-defined,return-value]


class ScorecardChange(serializers.Serializer[Any]):
    names = serializers.DictField(child=serializers.CharField(max_length=80))
    role = serializers.CharField(max_length=10, required=False, allow_blank=True)
    team = serializers.IntegerField(source="team_id", required=False, allow_null=True)
    items = ItemIn(many=True)


class ScorecardIn(ScorecardChange):
    code = serializers.CharField(max_length=40)


def read_item(typed: Mapping[str, Any]) -> ItemValues:
    values = dict(typed)
    steps = tuple((step["bound"], step["points"]) for step in values.pop("steps", ()))
    return ItemValues(**values, steps=steps)


class KpiListView(TenantAPIView):
    capabilities = {"GET": "scorecards.view", "POST": "scorecards.manage"}

    @extend_schema(responses=KpiOut(many=True))
    def get(self, request: Request) -> Response:
        """The library, by code."""
        return self.page(selectors.every_kpi(self.actor).order_by(), KpiOut, ("code", "id"))

    @extend_schema(request=KpiIn, responses={201: KpiOut}, parameters=[IDEMPOTENCY_KEY])
    @once
    def post(self, request: Request) -> Response:
        values = self.read(KpiIn)
        kpi = services.create_kpi(actor=self.actor, code=values.pop("code"), values=KpiValues(**values))
        return tagged(KpiOut(kpi).data, status.HTTP_201_CREATED)


class KpiView(TenantAPIView):
    capabilities = {"GET": "scorecards.view", "PATCH": "scorecards.manage"}

    @extend_schema(responses=KpiOut)
    def get(self, request: Request, kpi_id: int) -> Response:
        return tagged(KpiOut(selectors.get_kpi(self.actor, kpi_id)).data)

    @extend_schema(request=KpiChange, responses=KpiOut, parameters=[IF_MATCH])
    @transaction.atomic
    def patch(self, request: Request, kpi_id: int) -> Response:
        Kpi.objects.select_for_update().filter(pk=kpi_id).first()
        kpi = selectors.get_kpi(self.actor, kpi_id)
        require_match(request, KpiOut(kpi).data)
        present = KpiValues(kpi.names, kpi.unit, kpi.measure, kpi.lower_is_better, kpi.retired)
        changed = services.edit_kpi(
            actor=self.actor, kpi_id=kpi.pk, version=kpi.version, values=replace(present, **self.read(KpiChange))
        )
        return tagged(KpiOut(changed).data)


class ScorecardListView(TenantAPIView):
    capabilities = {"GET": "scorecards.view", "POST": "scorecards.manage"}

    @extend_schema(responses=ScorecardOut(many=True))
    def get(self, request: Request) -> Response:
        """Every scorecard with its newest version, by code."""
        return self.page(selectors.scorecards(self.actor).order_by(), ScorecardOut, ("code", "id"))

    @extend_schema(request=ScorecardIn, responses={201: ScorecardOut}, parameters=[IDEMPOTENCY_KEY])
    @once
    def post(self, request: Request) -> Response:
        """Refused with `weights` where the weights do not add up to exactly 100."""
        values = self.read(ScorecardIn)
        items = [read_item(item) for item in values.pop("items")]
        made = services.create_scorecard(actor=self.actor, items=items, **values)
        shown = ScorecardOut(selectors.get_scorecard(self.actor, made.scorecard_id)).data
        return tagged(shown, status.HTTP_201_CREATED)


class ScorecardView(TenantAPIView):
    capabilities = {"GET": "scorecards.view", "PUT": "scorecards.manage"}

    @extend_schema(responses=ScorecardOut)
    def get(self, request: Request, scorecard_id: int) -> Response:
        return tagged(ScorecardOut(selectors.get_scorecard(self.actor, scorecard_id)).data)

    @extend_schema(request=ScorecardChange, responses=ScorecardOut, parameters=[IF_MATCH])
    @transaction.atomic
    def put(self, request: Request, scorecard_id: int) -> Response:
        """Changes a version that nobody uses in place; of one that a cycle uses, makes the next."""
        Scorecard.objects.select_for_update().filter(pk=scorecard_id).first()
        scorecard = selectors.get_scorecard(self.actor, scorecard_id)
        require_match(request, ScorecardOut(scorecard).data)
        values = self.read(ScorecardChange)
        items = [read_item(item) for item in values.pop("items")]
        services.edit_scorecard(
            actor=self.actor, scorecard_id=scorecard.pk, version=scorecard.version, items=items, **values
        )
        return tagged(ScorecardOut(selectors.get_scorecard(self.actor, scorecard_id)).data)
