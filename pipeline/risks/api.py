"""Risks over REST."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rest import TenantAPIView, once, require_match, tagged
from accounts.access.views import today
from accounts.tenancy.models import Tenant
from pipeline.rest import IDEMPOTENCY_KEY, IF_MATCH
from pipeline.risks import pages, selectors, services
from pipeline.risks.models import Risk, RiskSetting
from pipeline.risks.registry import Severity
from pipeline.risks.rules import Rule, rules_in_force
from pipeline.risks.services import RiskValues
from pipeline.risks.telling import Shown, tell
from salesops.lib import clock


class StepOut(serializers.Serializer[Any]):
    """One step of the plan; done once `done_on` is set."""

    id = serializers.IntegerField()
    text = serializers.CharField()
    due_on = serializers.DateField(allow_null=True)
    done_on = serializers.DateField(allow_null=True)
    done_by = serializers.IntegerField(source="done_by_id", allow_null=True)


class RiskOut(serializers.Serializer[Risk]):
    """A risk. `title` and `detail` are in the reader's language; `evidence` is what they are made from. `cases` counts
    what is behind it: more than one when many of a kind are folded."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    severity = serializers.ChoiceField(choices=Severity.choices)
    state = serializers.CharField()
    title = serializers.SerializerMethodField()
    detail = serializers.SerializerMethodField()
    evidence = serializers.JSONField()
    cases = serializers.IntegerField()
    owner = serializers.IntegerField(source="owner_id", allow_null=True)
    customer = serializers.IntegerField(source="customer_id", allow_null=True)
    deal = serializers.IntegerField(source="deal_id", allow_null=True)
    opened_on = serializers.DateField()
    due_on = serializers.DateField(allow_null=True)
    muted_until = serializers.DateField(allow_null=True)
    mute_reason = serializers.CharField()
    closed_on = serializers.DateField(allow_null=True)
    ending = serializers.CharField()
    close_note = serializers.CharField()
    version = serializers.IntegerField()

    def get_title(self, risk: Risk) -> str:
        return self._told(risk).title

    def get_detail(self, risk: Risk) -> str:
        return self._told(risk).detail

    def _told(self, risk: Risk) -> Shown:
        tenant: Tenant = self.context["tenant"]
        return tell(risk, clock.today(tenant.time_zone), tenant.currency)


class NewRiskIn(serializers.Serializer[Any]):
    """A risk entered by hand. Without an owner it is the deal's, else the customer's, else one's own."""

    title = serializers.CharField(max_length=160)
    severity = serializers.ChoiceField(choices=Severity.choices)
    note = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    customer = serializers.IntegerField(source="customer_id", required=False, allow_null=True)
    deal = serializers.IntegerField(source="deal_id", required=False, allow_null=True)
    owner = serializers.IntegerField(source="owner_id", required=False, allow_null=True)
    due_on = serializers.DateField(required=False, allow_null=True)


class CloseIn(serializers.Serializer[Any]):
    note = serializers.CharField(max_length=400)


class MuteIn(serializers.Serializer[Any]):
    until = serializers.DateField()
    reason = serializers.CharField(max_length=200)


class NewStepIn(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=200)
    due_on = serializers.DateField(required=False, allow_null=True, default=None)


class StepIn(serializers.Serializer[Any]):
    done = serializers.BooleanField()


class _RiskAPIView(TenantAPIView):
    def shown(self, risk: Risk) -> dict[str, Any]:
        return RiskOut(risk, context={"tenant": self.actor.tenant}).data

    def get_risk(self, risk_id: int, capability: str = "risks.view") -> Risk:
        return selectors.get_risk(self.actor, today(self.http), risk_id, capability)

    def answer(self, risk_id: int, status_code: int = status.HTTP_200_OK) -> Response:
        shown = self.shown(self.get_risk(risk_id))
        return tagged(shown, status_code)


class RiskListView(_RiskAPIView):
    capabilities = {"GET": "risks.view", "POST": "risks.edit"}

    @extend_schema(
        responses=RiskOut(many=True),
        parameters=[OpenApiParameter(name, str) for name in ("state", "kind", "severity", "owner", "team")],
    )
    def get(self, request: Request) -> Response:
        """Risks in one's scope, the worst first, of these the oldest. Without `state` those that ask for something."""
        narrowed, _ = pages.read_filter(request.query_params)
        found = selectors.find_risks(self.actor, today(self.http), narrowed)
        return self.page(found, RiskOut, selectors.ORDER)

    @extend_schema(request=NewRiskIn, responses={201: RiskOut}, parameters=[IDEMPOTENCY_KEY])
    @once
    def post(self, request: Request) -> Response:
        """A risk that no detector finds."""
        risk = services.enter(actor=self.actor, values=RiskValues(**self.read(NewRiskIn)), at=clock.now())
        return self.answer(risk.pk, status.HTTP_201_CREATED)


class RiskView(_RiskAPIView):
    capabilities = {"GET": "risks.view"}

    @extend_schema(responses=RiskOut)
    def get(self, request: Request, risk_id: int) -> Response:
        return self.answer(risk_id)


class _RiskActionView(_RiskAPIView):
    capabilities = {"POST": "risks.edit"}

    def act(
        self, risk_id: int, service: Callable[..., Risk], sent: type[serializers.Serializer[Any]] | None = None
    ) -> Response:
        """The service on the risk as the client has read it."""
        with transaction.atomic():
            Risk.objects.select_for_update().filter(pk=risk_id).first()
            risk = self.get_risk(risk_id, "risks.edit")
            require_match(self.request, self.shown(risk))
            typed = self.read(sent) if sent else {}
            service(actor=self.actor, risk_id=risk_id, version=risk.version, at=clock.now(), **typed)
        return self.answer(risk_id)


class RiskAcknowledgeView(_RiskActionView):
    @extend_schema(request=None, responses=RiskOut, parameters=[IF_MATCH])
    def post(self, request: Request, risk_id: int) -> Response:
        """Seen, and somebody answers for it."""
        return self.act(risk_id, services.acknowledge)


class RiskMitigateView(_RiskActionView):
    @extend_schema(request=None, responses=RiskOut, parameters=[IF_MATCH])
    def post(self, request: Request, risk_id: int) -> Response:
        """Something is being done about it."""
        return self.act(risk_id, services.mitigate)


class RiskCloseView(_RiskActionView):
    @extend_schema(request=CloseIn, responses=RiskOut, parameters=[IF_MATCH])
    def post(self, request: Request, risk_id: int) -> Response:
        """Done with. It stays closed while its cause lasts, unless that becomes worse."""
        return self.act(risk_id, services.close, CloseIn)


class RiskMuteView(_RiskActionView):
    @extend_schema(request=MuteIn, responses=RiskOut, parameters=[IF_MATCH])
    def post(self, request: Request, risk_id: int) -> Response:
        """Quiet to the end of that day."""
        return self.act(risk_id, services.mute, MuteIn)


class RiskReopenView(_RiskActionView):
    @extend_schema(request=None, responses=RiskOut, parameters=[IF_MATCH])
    def post(self, request: Request, risk_id: int) -> Response:
        """Open again, after it was muted or closed by hand."""
        return self.act(risk_id, services.reopen)


class RiskStepListView(_RiskAPIView):
    capabilities = {"GET": "risks.view", "POST": "risks.edit"}

    @extend_schema(responses=StepOut(many=True))
    def get(self, request: Request, risk_id: int) -> Response:
        """The plan of response, in the order in which it was made."""
        return self.page(self.get_risk(risk_id).steps.all(), StepOut, ("id",))

    @extend_schema(request=NewStepIn, responses={201: StepOut}, parameters=[IDEMPOTENCY_KEY])
    @once
    def post(self, request: Request, risk_id: int) -> Response:
        """Plan a step. With the first the risk is being mitigated."""
        step = services.add_step(actor=self.actor, risk_id=risk_id, at=clock.now(), **self.read(NewStepIn))
        return Response(StepOut(step).data, status=status.HTTP_201_CREATED)


class RiskStepView(_RiskAPIView):
    capabilities = {"PUT": "risks.edit", "DELETE": "risks.edit"}

    @extend_schema(request=StepIn, responses=StepOut)
    def put(self, request: Request, risk_id: int, step_id: int) -> Response:
        """Done, or not done after all. Sent twice, it changes nothing."""
        done = self.read(StepIn)["done"]
        step = services.set_step(actor=self.actor, risk_id=risk_id, step_id=step_id, done=done, at=clock.now())
        return Response(StepOut(step).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, risk_id: int, step_id: int) -> Response:
        services.remove_step(actor=self.actor, risk_id=risk_id, step_id=step_id, at=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


# --- What is watched -------------------------------------------------------------------------------------------------


class RiskSettingOut(serializers.Serializer[Rule]):
    """How a kind is watched. `parameters` are whole numbers by name."""

    kind = serializers.CharField(source="detector.kind")
    name = serializers.SerializerMethodField()
    enabled = serializers.BooleanField()
    severity = serializers.ChoiceField(choices=Severity.choices)
    parameters = serializers.DictField(child=serializers.IntegerField())

    def get_name(self, rule: Rule) -> str:
        return str(rule.detector.label)


class RiskSettingIn(serializers.Serializer[Any]):
    enabled = serializers.BooleanField()
    severity = serializers.ChoiceField(choices=Severity.choices)
    parameters = serializers.DictField(child=serializers.IntegerField(), required=False, default=dict)


class RiskSettingListView(TenantAPIView):
    capabilities = {"GET": "risks.settings"}

    @extend_schema(responses=RiskSettingOut(many=True))
    def get(self, request: Request) -> Response:
        """Every kind; there are a dozen, so they come in one page."""
        return Response(
            {"next": None, "previous": None, "results": [RiskSettingOut(rule).data for rule in rules_in_force()]}
        )


class RiskSettingView(TenantAPIView):
    capabilities = {"GET": "risks.settings", "PUT": "risks.settings"}

    @extend_schema(responses=RiskSettingOut)
    def get(self, request: Request, kind: str) -> Response:
        return self._answer(selectors.get_rule(kind))

    @extend_schema(request=RiskSettingIn, responses=RiskSettingOut, parameters=[IF_MATCH])
    @transaction.atomic
    def put(self, request: Request, kind: str) -> Response:
        """Holds from the next night on. Parameters that are left out stay as they are."""
        RiskSetting.objects.select_for_update().filter(kind=kind).first()
        rule = selectors.get_rule(kind)
        require_match(request, RiskSettingOut(rule).data)
        typed = RiskSettingIn(data=request.data)
        typed.is_valid(raise_exception=True)
        return self._answer(
            services.set_rule(actor=self.actor, kind=kind, version=rule.version, **typed.validated_data)
        )

    @staticmethod
    def _answer(rule: Rule) -> Response:
        shown = RiskSettingOut(rule).data
        return tagged(shown)
