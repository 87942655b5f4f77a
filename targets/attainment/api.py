"""Attainment over REST."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rest import TenantAPIView
from accounts.access.views import today
from salesops.lib.money import plain, round_half_up
from targets.attainment.selectors import Standing, standings
from targets.cascade.models import TargetNode
from targets.cascade.selectors import get_plan, whole_tree


class AttainmentOut(serializers.Serializer[Standing]):
    """What a node has reached. `ratio` and `pace` are shares (1 = all), null where there is no target."""

    node = serializers.IntegerField(source="node.pk")
    parent = serializers.IntegerField(source="node.parent_id", allow_null=True)  # type: ignore[assignment]  # declared
    kind = serializers.ChoiceField(TargetNode.Kind.choices, source="node.kind")
    name = serializers.CharField(source="node.name")
    target = serializers.SerializerMethodField()
    actual = serializers.SerializerMethodField()
    ratio = serializers.SerializerMethodField()
    pace = serializers.SerializerMethodField()
    credits = serializers.CharField(source="url", help_text="The page with the credit lines behind the actual.")

    def get_target(self, standing: Standing) -> str:
        return plain(standing.reached.target, self.context["currency"])

    def get_actual(self, standing: Standing) -> str:
        return plain(standing.reached.actual, self.context["currency"])

    def get_ratio(self, standing: Standing) -> str | None:
        return _share(standing.reached.ratio)

    def get_pace(self, standing: Standing) -> str | None:
        return _share(standing.reached.pace)


def _share(ratio: Fraction | None) -> str | None:
    return None if ratio is None else f"{Decimal(round_half_up(ratio * 10**6)).scaleb(-6):f}"


class AttainmentView(TenantAPIView):
    capabilities = {"GET": "targets.view"}
    pagination_class = None  # one tree, whole

    @extend_schema(responses=AttainmentOut(many=True))
    def get(self, request: Request, plan_id: int) -> Response:
        """Every node that the caller sees, depth first, with what it has reached by today."""
        day = today(self.http)
        plan = get_plan(self.actor, day, plan_id)
        found = standings(self.actor, plan, whole_tree(self.actor, day, plan), day)
        shown: Any = AttainmentOut(found, many=True, context={"currency": plan.currency})  # type: ignore[arg-type]  # many
        return Response(shown.data)
