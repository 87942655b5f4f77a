"""Activities and next steps over REST."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db import transaction
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rest import TenantAPIView, once, require_match, tagged
from accounts.access.views import today
from pipeline.activities import selectors, services
from pipeline.activities.forms import FilterForm
from pipeline.activities.models import Activity
from pipeline.activities.next_step import plan_next_step
from pipeline.activities.services import ActivityValues
from pipeline.customers.models import Customer
from pipeline.customers.selectors import get_customer
from pipeline.rest import IDEMPOTENCY_KEY, IF_MATCH
from salesops.lib import clock


class ActivityOut(serializers.Serializer[Activity]):
    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=Activity.Kind.choices)
    customer = serializers.IntegerField(source="customer_id", allow_null=True)
    deal = serializers.IntegerField(source="deal_id", allow_null=True)
    contact = serializers.IntegerField(source="contact_id", allow_null=True)
    author = serializers.IntegerField(source="author_id", allow_null=True)
    at = serializers.DateTimeField()
    text = serializers.CharField()
    next_step_on = serializers.DateField(allow_null=True)
    next_step = serializers.CharField()
    version = serializers.IntegerField()


class ActivityIn(serializers.Serializer[Any]):
    """`at` left out is now. What comes next is put onto the customer and the deal."""

    kind = serializers.ChoiceField(choices=Activity.Kind.choices)
    customer = serializers.IntegerField(required=False, allow_null=True, min_value=1)
    deal = serializers.IntegerField(required=False, allow_null=True, min_value=1)
    contact = serializers.IntegerField(required=False, allow_null=True, min_value=1)
    at = serializers.DateTimeField(required=False, allow_null=True)
    text = serializers.CharField(max_length=services.LONGEST)
    next_step_on = serializers.DateField(required=False, allow_null=True)
    next_step = serializers.CharField(max_length=200, required=False, allow_blank=True)


class ActivityEdit(serializers.Serializer[Any]):
    """Fields that are left out stay as they are."""

    kind = serializers.ChoiceField(choices=Activity.Kind.choices, required=False)
    contact_id = serializers.IntegerField(required=False, allow_null=True, min_value=1)
    at = serializers.DateTimeField(required=False)
    text = serializers.CharField(max_length=services.LONGEST, required=False)


class NextStepOut(serializers.Serializer[Customer]):
    next_step_on = serializers.DateField(allow_null=True)
    next_step = serializers.CharField()


class NextStepIn(serializers.Serializer[Any]):
    """A null day: nothing is planned any more."""

    next_step_on = serializers.DateField(allow_null=True)
    next_step = serializers.CharField(max_length=200, required=False, allow_blank=True)


class _ActivityAPIView(TenantAPIView):
    def answer(self, activity: Activity, status_code: int = status.HTTP_200_OK) -> Response:
        shown = ActivityOut(activity).data
        return tagged(shown, status_code)

    def seen(self, request: Request, activity_id: int) -> Activity:
        """The activity, locked, as the client must have read it."""
        Activity.objects.select_for_update().filter(pk=activity_id).first()
        activity = selectors.get_activity(self.actor, today(self.http), activity_id)
        require_match(request, ActivityOut(activity).data)
        return activity


class ActivityListView(_ActivityAPIView):
    capabilities = {"GET": "customers.view", "POST": "activities.log"}

    @extend_schema(
        responses=ActivityOut(many=True),
        parameters=[
            *(OpenApiParameter(name, int) for name in ("customer", "deal", "member")),
            OpenApiParameter("kind", str, enum=Activity.Kind.values),
            *(OpenApiParameter(name, {"type": "string", "format": "date"}) for name in ("first", "last")),
        ],
    )
    def get(self, request: Request) -> Response:
        """Calls, messages, meetings and notes on the customers and deals in one's scope, newest first."""
        wanted = FilterForm(request.query_params).narrowed()
        found = selectors.find_activities(self.actor, today(self.http), wanted)
        return self.page(found, ActivityOut, selectors.NEWEST)

    @extend_schema(request=ActivityIn, responses={201: ActivityOut}, parameters=[IDEMPOTENCY_KEY])
    @once
    def post(self, request: Request) -> Response:
        typed = ActivityIn(data=request.data)
        typed.is_valid(raise_exception=True)
        said = dict(typed.validated_data)
        about = {"customer_id": said.pop("customer", None), "deal_id": said.pop("deal", None)}
        values = ActivityValues(contact_id=said.pop("contact", None), **said)
        activity = services.log_activity(actor=self.actor, values=values, now=clock.now(), **about)
        return self.answer(activity, status.HTTP_201_CREATED)


class ActivityView(_ActivityAPIView):
    capabilities = {"GET": "customers.view", "PATCH": "activities.log", "DELETE": "activities.log"}

    @extend_schema(responses=ActivityOut)
    def get(self, request: Request, activity_id: int) -> Response:
        return self.answer(selectors.get_activity(self.actor, today(self.http), activity_id))

    @extend_schema(request=ActivityEdit, responses=ActivityOut, parameters=[IF_MATCH])
    @transaction.atomic
    def patch(self, request: Request, activity_id: int) -> Response:
        """Put right what one has logged oneself, within a day."""
        activity = self.seen(request, activity_id)
        typed = ActivityEdit(data=request.data)
        typed.is_valid(raise_exception=True)
        present = ActivityValues(activity.kind, activity.text, activity.at, activity.contact_id)
        changed = services.edit_activity(
            actor=self.actor,
            activity_id=activity_id,
            version=activity.version,
            values=replace(present, **typed.validated_data),
            now=clock.now(),
        )
        return self.answer(changed)

    @extend_schema(responses={204: None}, parameters=[IF_MATCH])
    @transaction.atomic
    def delete(self, request: Request, activity_id: int) -> Response:
        """Take back what one has logged oneself, within a day."""
        activity = self.seen(request, activity_id)
        services.delete_activity(actor=self.actor, activity_id=activity_id, version=activity.version, now=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class NextStepView(TenantAPIView):
    capabilities = {"GET": "customers.view", "PUT": "activities.log"}

    @extend_schema(responses=NextStepOut)
    def get(self, request: Request, customer_id: int) -> Response:
        return self.answer(get_customer(self.actor, today(self.http), customer_id))

    @extend_schema(request=NextStepIn, responses=NextStepOut, parameters=[IF_MATCH])
    @transaction.atomic
    def put(self, request: Request, customer_id: int) -> Response:
        """The one thing that is to be done next; it replaces what was planned before."""
        day = today(self.http)
        Customer.objects.select_for_update().filter(pk=customer_id).first()
        require_match(request, NextStepOut(get_customer(self.actor, day, customer_id)).data)
        typed = NextStepIn(data=request.data)
        typed.is_valid(raise_exception=True)
        said = typed.validated_data
        plan_next_step(
            actor=self.actor,
            customer_id=customer_id,
            on=said["next_step_on"],
            text=said.get("next_step", ""),
            as_of=day,
        )
        return self.answer(get_customer(self.actor, day, customer_id))

    def answer(self, customer: Customer) -> Response:
        shown = NextStepOut(customer).data
        return tagged(shown)
