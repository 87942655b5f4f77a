"""Customers over REST."""

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
from pipeline.customers import selectors, services
from pipeline.customers.forms import FilterForm
from pipeline.customers.models import Customer, CustomerOwner
from pipeline.customers.services import CustomerValues
from pipeline.rest import IDEMPOTENCY_KEY, IF_MATCH, MoneyString


class CustomerOut(serializers.Serializer[Customer]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    industry = serializers.CharField()
    segment = serializers.CharField()
    country = serializers.CharField()
    founded = serializers.IntegerField(allow_null=True)
    employees = serializers.IntegerField(allow_null=True)
    annual_revenue = MoneyString(allow_null=True)
    parent = serializers.IntegerField(source="parent_id", allow_null=True)  # type: ignore[assignment]  # declared
    region = serializers.IntegerField(source="region_id", allow_null=True)
    owner = serializers.IntegerField(source="owner_id", allow_null=True)
    legal_name = serializers.CharField()
    registration_number = serializers.CharField()
    status = serializers.ChoiceField(choices=Customer.Status.choices)
    source = serializers.CharField()  # type: ignore[assignment]  # declared
    website = serializers.CharField()
    address = serializers.CharField()
    latitude = serializers.DecimalField(max_digits=8, decimal_places=6, allow_null=True)
    longitude = serializers.DecimalField(max_digits=9, decimal_places=6, allow_null=True)
    next_step_on = serializers.DateField(allow_null=True)
    next_step = serializers.CharField()
    last_activity_on = serializers.DateField(allow_null=True)
    version = serializers.IntegerField()


class CustomerIn(serializers.Serializer[Any]):
    """What may be written; in a PATCH, fields that are left out stay as they are."""

    name = serializers.CharField(max_length=160)
    industry = serializers.CharField(max_length=80, required=False, allow_blank=True)
    segment = serializers.CharField(max_length=20, required=False, allow_blank=True)
    country = serializers.CharField(max_length=80, required=False, allow_blank=True)
    founded = serializers.IntegerField(min_value=0, max_value=9999, required=False, allow_null=True)
    employees = serializers.IntegerField(min_value=0, max_value=999_999_999, required=False, allow_null=True)
    annual_revenue = MoneyString(required=False, allow_null=True)
    parent = serializers.IntegerField(  # type: ignore[assignment]  # declared
        source="parent_id", required=False, allow_null=True
    )
    region = serializers.IntegerField(source="region_id", required=False, allow_null=True)
    owner = serializers.IntegerField(source="owner_id", required=False, allow_null=True)
    legal_name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    registration_number = serializers.CharField(max_length=60, required=False, allow_blank=True)
    status = serializers.ChoiceField(choices=Customer.Status.choices, required=False)
    source = serializers.CharField(  # type: ignore[assignment]  # declared
        max_length=80, required=False, allow_blank=True
    )
    website = serializers.URLField(max_length=200, required=False, allow_blank=True)
    address = serializers.CharField(max_length=300, required=False, allow_blank=True)
    latitude = serializers.DecimalField(
        max_digits=8, decimal_places=6, min_value=-90, max_value=90, required=False, allow_null=True
    )
    longitude = serializers.DecimalField(
        max_digits=9, decimal_places=6, min_value=-180, max_value=180, required=False, allow_null=True
    )


class OwnerOut(serializers.Serializer[CustomerOwner]):
    """Whose customer it was; the row without a last day is the present owner's."""

    owner = serializers.IntegerField(source="owner_id")
    starts_on = serializers.DateField(allow_null=True)
    ends_on = serializers.DateField(allow_null=True)


class _CustomerAPIView(TenantAPIView):
    def shown(self, customer: Customer) -> dict[str, Any]:
        return CustomerOut(customer, context={"tenant": self.actor.tenant}).data

    def answer(self, customer: Customer, status_code: int = status.HTTP_200_OK) -> Response:
        shown = self.shown(customer)
        return tagged(shown, status_code)


class CustomerListView(_CustomerAPIView):
    capabilities = {"GET": "customers.view", "POST": "customers.edit"}

    @extend_schema(
        responses=CustomerOut(many=True),
        parameters=[
            *(OpenApiParameter(name, str) for name in ("search", "industry", "segment")),
            OpenApiParameter("status", str, enum=Customer.Status.values),
            OpenApiParameter("owner", int),
            OpenApiParameter("follow_up", str, enum=["overdue", "planned"]),
        ],
    )
    def get(self, request: Request) -> Response:
        """Customers in one's scope, by name; with `follow_up` by the day of their next step."""
        wanted = FilterForm(request.query_params).narrowed()
        return self.page(selectors.find_customers(self.actor, today(self.http), wanted), CustomerOut, wanted.order)

    @extend_schema(request=CustomerIn, responses={201: CustomerOut}, parameters=[IDEMPOTENCY_KEY])
    @once
    def post(self, request: Request) -> Response:
        values = CustomerValues(**self.read(CustomerIn))
        customer = services.create_customer(actor=self.actor, values=values, as_of=today(self.http))
        return self.answer(customer, status.HTTP_201_CREATED)


class CustomerView(_CustomerAPIView):
    capabilities = {"GET": "customers.view", "PATCH": "customers.edit"}

    @extend_schema(responses=CustomerOut)
    def get(self, request: Request, customer_id: int) -> Response:
        return self.answer(selectors.get_customer(self.actor, today(self.http), customer_id))

    @extend_schema(request=CustomerIn(partial=True), responses=CustomerOut, parameters=[IF_MATCH])
    @transaction.atomic
    def patch(self, request: Request, customer_id: int) -> Response:
        day = today(self.http)
        Customer.objects.select_for_update().filter(pk=customer_id).first()
        customer = selectors.get_customer(self.actor, day, customer_id, "customers.edit")
        require_match(request, self.shown(customer))
        values = replace(CustomerValues.of(customer), **self.read(CustomerIn, partial=True))
        changed = services.edit_customer(
            actor=self.actor, customer_id=customer_id, version=customer.version, values=values, as_of=day
        )
        return self.answer(changed)


class CustomerOwnersView(TenantAPIView):
    capabilities = {"GET": "customers.view"}

    @extend_schema(responses=OwnerOut(many=True))
    def get(self, request: Request, customer_id: int) -> Response:
        """Whose customer it was and is, the present owner first."""
        customer = selectors.get_customer(self.actor, today(self.http), customer_id)
        return self.page(CustomerOwner.objects.filter(customer=customer), OwnerOut, ("-id",))
