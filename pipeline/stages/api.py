"""The stages of the pipeline over REST."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rest import TenantAPIView, once, require_match, tagged
from accounts.access.views import today
from pipeline.deals.models import Criterion, Stage
from pipeline.rest import IDEMPOTENCY_KEY, IF_MATCH
from pipeline.stages import selectors, services
from pipeline.stages.services import StageValues
from salesops.lib.errors import DomainError, gettext_noop


class StageOut(serializers.Serializer[Stage]):
    """A stage. `probability` is in percent; `allowed_days` null sets no limit to a deal's age in it."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(Stage.Kind.choices)
    position = serializers.IntegerField()
    probability = serializers.IntegerField()
    allowed_days = serializers.IntegerField(allow_null=True)
    forecast = serializers.ChoiceField(Stage.Forecast.choices)
    exit_criteria = serializers.ListField(child=serializers.ChoiceField(Criterion.choices))


class StageIn(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=60)
    probability = serializers.IntegerField(min_value=0, max_value=100)
    allowed_days = serializers.IntegerField(min_value=1, max_value=3650, allow_null=True, default=None)
    forecast = serializers.ChoiceField(Stage.Forecast.choices, default=Stage.Forecast.PIPELINE)
    exit_criteria = serializers.ListField(
        child=serializers.ChoiceField(Criterion.choices), default=list, max_length=len(Criterion)
    )


class StageOrderIn(serializers.Serializer[Any]):
    """The ids of all open stages, in the order they are to have."""

    stages = serializers.ListField(child=serializers.IntegerField(), max_length=20)


class _StageAPIView(TenantAPIView):
    def answer(self, stage: Stage, status_code: int = status.HTTP_200_OK) -> Response:
        shown = StageOut(stage).data
        return tagged(shown, status_code)

    def seen(self, stage_id: int) -> None:
        """Refuse unless the stage, locked, is still what the client has read."""
        Stage.objects.select_for_update().filter(pk=stage_id).first()
        require_match(self.request, StageOut(selectors.get_stage(stage_id)).data)


class StageListView(_StageAPIView):
    capabilities = {"GET": "deals.view", "POST": "stages.manage"}

    @extend_schema(responses=StageOut(many=True))
    def get(self, request: Request) -> Response:
        return self.page(Stage.objects.filter(removed=False), StageOut, ("position", "id"))

    @extend_schema(request=StageIn, responses={201: StageOut}, parameters=[IDEMPOTENCY_KEY])
    @once
    def post(self, request: Request) -> Response:
        """A new open stage, the last before won and lost."""
        stage = services.add_stage(actor=self.actor, values=StageValues(**self.read(StageIn)))
        return self.answer(stage, status.HTTP_201_CREATED)


class StageView(_StageAPIView):
    capabilities = {"GET": "deals.view", "PUT": "stages.manage", "DELETE": "stages.manage"}

    @extend_schema(responses=StageOut)
    def get(self, request: Request, stage_id: int) -> Response:
        return self.answer(selectors.get_stage(stage_id))

    @extend_schema(request=StageIn, responses=StageOut, parameters=[IF_MATCH])
    @transaction.atomic
    def put(self, request: Request, stage_id: int) -> Response:
        """Replace what is set of a stage; of won and lost only the name."""
        self.seen(stage_id)
        return self.answer(
            services.edit_stage(actor=self.actor, stage_id=stage_id, values=StageValues(**self.read(StageIn)))
        )

    @extend_schema(responses={204: None}, parameters=[IF_MATCH, OpenApiParameter("to_stage", int)])
    @transaction.atomic
    def delete(self, request: Request, stage_id: int) -> Response:
        """Take a stage away; `to_stage` is where its deals go, needed when it has any."""
        self.seen(stage_id)
        to_stage = request.query_params.get("to_stage", "")
        if to_stage and not (to_stage.isascii() and to_stage.isdecimal() and len(to_stage) < 19):
            raise DomainError("unknown_stage", gettext_noop("There is no such open stage."), "to_stage")
        services.remove_stage(
            actor=self.actor,
            stage_id=stage_id,
            to_stage_id=int(to_stage) if to_stage else None,
            as_of=today(self.http),
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


class StageOrderView(_StageAPIView):
    capabilities = {"PUT": "stages.manage"}

    @extend_schema(request=StageOrderIn, responses=StageOut(many=True))
    def put(self, request: Request) -> Response:
        """Put the open stages in order. All of them must be named, each once."""
        services.put_in_order(actor=self.actor, stage_ids=self.read(StageOrderIn)["stages"])
        return self.page(Stage.objects.filter(removed=False), StageOut, ("position", "id"))
