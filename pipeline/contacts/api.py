"""Contacts over REST."""

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
from pipeline.contacts import selectors, services
from pipeline.contacts.models import Contact, ContactRole
from pipeline.contacts.services import ContactValues
from pipeline.customers.selectors import get_customer
from pipeline.rest import IDEMPOTENCY_KEY, IF_MATCH


class ContactOut(serializers.Serializer[Contact]):
    """`phone` is in E.164."""

    id = serializers.IntegerField()
    customer = serializers.IntegerField(source="customer_id")
    name = serializers.CharField()
    title = serializers.CharField()
    role = serializers.ChoiceField(choices=ContactRole.choices)
    email = serializers.CharField()
    phone = serializers.CharField()
    has_left = serializers.BooleanField()
    version = serializers.IntegerField()


class ContactIn(serializers.Serializer[Any]):
    """What may be written; in a PATCH, fields that are left out stay as they are."""

    name = serializers.CharField(max_length=120)
    title = serializers.CharField(max_length=120, required=False, allow_blank=True)
    role = serializers.ChoiceField(choices=ContactRole.choices, required=False)
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
    has_left = serializers.BooleanField(required=False)


class _ContactAPIView(TenantAPIView):
    def answer(self, contact: Contact, status_code: int = status.HTTP_200_OK) -> Response:
        shown = ContactOut(contact).data
        return tagged(shown, status_code)


class ContactListView(_ContactAPIView):
    capabilities = {"GET": "customers.view"}

    @extend_schema(responses=ContactOut(many=True), parameters=[OpenApiParameter("customer", int)])
    def get(self, request: Request) -> Response:
        """The people at the customers in one's scope, by name."""
        found = selectors.visible_contacts(self.actor, today(self.http))
        asked = request.query_params.get("customer", "")
        if asked:
            number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 19 else 0
            found = found.filter(customer_id=number)
        return self.page(found, ContactOut, selectors.BY_NAME)


class CustomerContactListView(_ContactAPIView):
    capabilities = {"POST": "contacts.edit"}

    @extend_schema(request=ContactIn, responses={201: ContactOut}, parameters=[IDEMPOTENCY_KEY])
    @once
    def post(self, request: Request, customer_id: int) -> Response:
        """Somebody new at the customer."""
        day = today(self.http)
        get_customer(self.actor, day, customer_id)
        values = ContactValues(**self.read(ContactIn))
        contact = services.add_contact(actor=self.actor, customer_id=customer_id, values=values, as_of=day)
        return self.answer(contact, status.HTTP_201_CREATED)


class ContactView(_ContactAPIView):
    capabilities = {"GET": "customers.view", "PATCH": "contacts.edit"}

    @extend_schema(responses=ContactOut)
    def get(self, request: Request, contact_id: int) -> Response:
        return self.answer(selectors.get_contact(self.actor, today(self.http), contact_id))

    @extend_schema(request=ContactIn(partial=True), responses=ContactOut, parameters=[IF_MATCH])
    @transaction.atomic
    def patch(self, request: Request, contact_id: int) -> Response:
        day = today(self.http)
        Contact.objects.select_for_update().filter(pk=contact_id).first()
        contact = selectors.get_contact(self.actor, day, contact_id)
        require_match(request, ContactOut(contact).data)
        values = replace(ContactValues.of(contact), **self.read(ContactIn, partial=True))
        changed = services.edit_contact(
            actor=self.actor, contact_id=contact_id, version=contact.version, values=values, as_of=day
        )
        return self.answer(changed)
