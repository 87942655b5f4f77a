"""Targets over REST: the list, one plan's tree, splitting, approving."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rest import TenantAPIView, etag, once, require_match, tagged
from accounts.access.views import today
from salesops.lib import clock
from salesops.lib.money import plain, to_minor
from targets.cascade import approval, services
from targets.cascade.models import TargetNode, TargetPlan
from targets.cascade.selectors import ORDER, NodeWithCells, get_node, get_plan, visible_nodes, visible_plans, with_cells

IF_MATCH = OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True, description="The ETag as read.")
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="Sent again, the request answers the same."
)


class TargetPlanOut(serializers.Serializer[TargetPlan]):
    """A version of a quarter's targets. People are members; null is the operator at the command line."""

    id = serializers.IntegerField()
    metric = serializers.CharField()
    period = serializers.CharField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    number = serializers.IntegerField()
    state = serializers.ChoiceField(TargetPlan.State.choices)
    currency = serializers.CharField()
    step = serializers.SerializerMethodField()
    set_by = serializers.IntegerField(source="set_by_id", allow_null=True)
    submitted_by = serializers.IntegerField(source="submitted_by_id", allow_null=True)
    approved_by = serializers.IntegerField(source="approved_by_id", allow_null=True)
    approved_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()

    def get_step(self, plan: TargetPlan) -> str:
        return plain(plan.step, plan.currency)


class TargetMonthOut(serializers.Serializer[Any]):
    month = serializers.DateField(help_text="The month's first day.")
    amount = serializers.CharField()
    unassigned = serializers.CharField(help_text="What the children do not have of it; negative: they have more.")


class TargetNodeOut(serializers.Serializer[NodeWithCells]):
    """A node of the tree. `amount` is the quarter's target, the sum of its months."""

    id = serializers.IntegerField()
    parent = serializers.IntegerField(source="parent_id", allow_null=True)  # type: ignore[assignment]  # declared
    kind = serializers.ChoiceField(TargetNode.Kind.choices)
    name = serializers.CharField()
    region = serializers.IntegerField(source="region_id", allow_null=True)
    team = serializers.IntegerField(source="team_id", allow_null=True)
    member = serializers.IntegerField(source="member_id", allow_null=True)
    locked = serializers.BooleanField()
    split_method = serializers.CharField()
    amount = serializers.SerializerMethodField()
    months = serializers.SerializerMethodField()

    def get_amount(self, node: NodeWithCells) -> str:
        return plain(sum(node.amounts), self.context["plan"].currency)

    @extend_schema_field(TargetMonthOut(many=True))
    def get_months(self, node: NodeWithCells) -> list[dict[str, str]]:
        plan: TargetPlan = self.context["plan"]
        return [
            {
                "month": month.isoformat(),
                "amount": plain(amount, plan.currency),
                "unassigned": plain(unassigned, plan.currency),
            }
            for month, amount, unassigned in zip(plan.months, node.amounts, node.unassigned, strict=True)
        ]


class TargetTreeOut(TargetPlanOut):
    """A plan with the nodes that the caller sees, parents before children."""

    nodes = serializers.SerializerMethodField()

    @extend_schema_field(TargetNodeOut(many=True))
    def get_nodes(self, plan: TargetPlan) -> Any:
        nodes = with_cells(self.context["nodes"])
        return TargetNodeOut(nodes, many=True, context={"plan": plan}).data  # type: ignore[arg-type]  # many


class TargetIn(serializers.Serializer[Any]):
    metric = serializers.CharField(max_length=20)
    period = serializers.CharField(max_length=7)
    amount = serializers.CharField(max_length=30)
    step = serializers.CharField(max_length=30, default="1")


class WeightIn(serializers.Serializer[Any]):
    node = serializers.IntegerField()
    weight = serializers.DecimalField(max_digits=24, decimal_places=6, min_value=0)


class SplitIn(serializers.Serializer[Any]):
    """`below` splits every level below the node as well; `weights` go with the method `weights`."""

    node = serializers.IntegerField()
    method = serializers.CharField(max_length=20)
    below = serializers.BooleanField(default=False)
    weights = WeightIn(many=True, required=False)


class TargetListView(TenantAPIView):
    capabilities = {"GET": "targets.view", "POST": "targets.set"}

    @extend_schema(responses=TargetPlanOut(many=True))
    def get(self, request: Request) -> Response:
        """Every version that the caller sees, the newest quarter first."""
        return self.page(visible_plans(self.actor, today(self.http)), TargetPlanOut, ORDER)

    @extend_schema(request=TargetIn, responses={201: TargetPlanOut}, parameters=[IDEMPOTENCY_KEY])
    @once
    def post(self, request: Request) -> Response:
        """Set a company target: a draft with everything left to place."""
        typed = TargetIn(data=request.data)
        typed.is_valid(raise_exception=True)
        wanted = typed.validated_data
        currency = self.actor.tenant.currency
        plan = services.set_target(
            actor=self.actor,
            metric=wanted["metric"],
            period=wanted["period"],
            amount=to_minor(wanted["amount"], currency, "amount"),
            step=to_minor(wanted["step"], currency, "step"),
        )
        shown = TargetPlanOut(plan).data
        return tagged(shown, 201)


class TargetView(TenantAPIView):
    capabilities = {"GET": "targets.view"}

    @extend_schema(responses=TargetTreeOut)
    def get(self, request: Request, plan_id: int) -> Response:
        """One version with its tree, as far as the caller sees it. The ETag is the version's own, without the tree."""
        plan = get_plan(self.actor, today(self.http), plan_id)
        nodes = visible_nodes(self.actor, today(self.http)).filter(plan=plan)
        shown = TargetTreeOut(plan, context={"nodes": nodes}).data
        return Response(shown, headers={"ETag": etag(TargetPlanOut(plan).data)})


class TargetSplitView(TenantAPIView):
    capabilities = {"POST": "targets.set"}

    @extend_schema(request=SplitIn, responses=TargetPlanOut, parameters=[IF_MATCH])
    def post(self, request: Request, plan_id: int) -> Response:
        """Divide a node of a draft among its children."""
        plan = _matched(self, request, plan_id)
        typed = SplitIn(data=request.data)
        typed.is_valid(raise_exception=True)
        wanted = typed.validated_data
        node = get_node(self.actor, today(self.http), wanted["node"], plan.pk)
        if wanted["below"]:
            changed = services.split_below(actor=self.actor, node=node, method=wanted["method"], version=plan.version)
        else:
            weights = {each["node"]: Fraction(each["weight"]) for each in wanted.get("weights", [])}
            changed = services.split(
                actor=self.actor, node=node, method=wanted["method"], weights=weights, version=plan.version
            )
        return _answer(changed)


class TargetSubmitView(TenantAPIView):
    capabilities = {"POST": "targets.set"}

    @extend_schema(request=None, responses=TargetPlanOut, parameters=[IF_MATCH])
    def post(self, request: Request, plan_id: int) -> Response:
        """Ask another executive or admin to approve; everything must have been placed."""
        plan = _matched(self, request, plan_id)
        return _answer(approval.submit(actor=self.actor, plan=plan, as_of=clock.now(), version=plan.version))


class TargetApproveView(TenantAPIView):
    capabilities = {"POST": "targets.approve"}

    @extend_schema(request=None, responses=TargetPlanOut, parameters=[IF_MATCH])
    def post(self, request: Request, plan_id: int) -> Response:
        """Approve what somebody else has set and submitted; the targets are locked."""
        plan = _matched(self, request, plan_id)
        return _answer(approval.approve(actor=self.actor, plan=plan, as_of=clock.now(), version=plan.version))


def _matched(view: TenantAPIView, request: Request, plan_id: int) -> TargetPlan:
    """The plan, if it is still as the caller has read it; the service checks the same version under its lock."""
    plan = get_plan(view.actor, today(view.http), plan_id)
    require_match(request, TargetPlanOut(plan).data)
    return plan


def _answer(plan: TargetPlan) -> Response:
    shown = TargetPlanOut(plan).data
    return tagged(shown)
