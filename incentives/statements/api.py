"""Statements over REST; read only. Money is in decimal strings."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rest import KeyPages, TenantAPIView
from accounts.access.views import today
from incentives.statements.equation import STEPS
from incentives.statements.models import Earning, EarningLine, Statement
from incentives.statements.selectors import visible_statements
from salesops.lib.errors import NotVisible
from salesops.lib.money import plain
from salesops.lib.periods import month_of


class StatementOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    participant = serializers.CharField(help_text="Full name.")
    period = serializers.CharField(help_text="The month, as 2017-10.")
    currency = serializers.CharField()
    amounts = serializers.DictField(child=serializers.CharField(), help_text="Decimal strings.")
    plan = serializers.CharField()
    plan_version = serializers.IntegerField()
    engine_version = serializers.CharField()
    input_digest = serializers.CharField()
    computed_at = serializers.DateTimeField()


class LineOutput(serializers.Serializer[Any]):
    component = serializers.CharField()
    date = serializers.DateField()
    deal = serializers.CharField(help_text="The deal's reference.")
    amount = serializers.CharField()
    note = serializers.CharField(help_text="Empty, true_up or correction.")
    slices = serializers.JSONField(help_text="[place of the tier, base in minor units or counts] pairs.")


class StatementWithLines(StatementOutput):
    lines = LineOutput(many=True)


class _NewestFirst(KeyPages):
    ordering = ("-month", "-id")


def _output(statement: Statement) -> dict[str, Any]:
    return {
        "id": statement.pk,
        "participant": statement.participant.full_name,
        "period": month_of(statement.month).key,
        "currency": statement.currency,
        "amounts": {name: plain(getattr(statement, name), statement.currency) for name in STEPS},
        "plan": statement.plan_version.plan.name,
        "plan_version": statement.plan_version.number,
        "engine_version": statement.engine_version,
        "input_digest": statement.input_digest,
        "computed_at": statement.computed_at,
    }


class StatementList(TenantAPIView):
    capabilities = {"GET": "pay.view"}

    @extend_schema(operation_id="statements_list", responses=StatementOutput(many=True))
    def get(self, request: Request) -> Response:
        """The statements that you may see, newest month first."""
        pages = _NewestFirst()
        visible = visible_statements(self.actor, today(self.http))
        page = pages.paginate_queryset(visible, request, view=self) or []
        return pages.get_paginated_response(StatementOutput([_output(one) for one in page], many=True).data)


class StatementDetail(TenantAPIView):
    capabilities = {"GET": "pay.view"}

    @extend_schema(operation_id="statements_detail", responses=StatementWithLines)
    def get(self, request: Request, statement_id: int) -> Response:
        """One statement with its lines."""
        visible = visible_statements(self.actor, today(self.http))
        statement = visible.filter(pk=statement_id).first()
        if statement is None:
            raise NotVisible
        return Response(StatementWithLines({**_output(statement), "lines": _lines(statement)}).data)


def _lines(statement: Statement) -> list[dict[str, Any]]:
    key = {"participant_id": statement.participant_id, "month": statement.month}
    components = dict(Earning.objects.filter(**key).values_list("place", "component"))
    lines = EarningLine.objects.select_related("credit_line__deal").filter(**key).order_by("place", "seq")
    return [
        {
            "component": components[line.place],
            "date": line.date,
            "deal": line.credit_line.deal.reference,
            "amount": plain(line.amount, statement.currency),
            "note": line.note,
            "slices": line.slices,
        }
        for line in lines
    ]
