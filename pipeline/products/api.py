"""Products over REST."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rest import TenantAPIView, once, require_match, tagged
from pipeline.products import selectors, services
from pipeline.products.models import Product
from pipeline.rest import IDEMPOTENCY_KEY, IF_MATCH, MoneyString


class ProductOut(serializers.Serializer[Product]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    category = serializers.CharField()
    list_price = MoneyString(allow_null=True)


class ProductIn(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
    category = serializers.CharField(max_length=80, allow_blank=True, default="")
    list_price = MoneyString(allow_null=True, default=None)


class _ProductAPIView(TenantAPIView):
    def shown(self, product: Product) -> dict[str, Any]:
        return ProductOut(product, context={"tenant": self.actor.tenant}).data

    def answer(self, product: Product, status_code: int = status.HTTP_200_OK) -> Response:
        shown = self.shown(product)
        return tagged(shown, status_code)


class ProductListView(_ProductAPIView):
    capabilities = {"GET": "products.view", "POST": "products.edit"}

    @extend_schema(responses=ProductOut(many=True))
    def get(self, request: Request) -> Response:
        return self.page(selectors.products(), ProductOut, ("name", "id"))

    @extend_schema(request=ProductIn, responses={201: ProductOut}, parameters=[IDEMPOTENCY_KEY])
    @once
    def post(self, request: Request) -> Response:
        return self.answer(services.create_product(actor=self.actor, **self.read(ProductIn)), status.HTTP_201_CREATED)


class ProductView(_ProductAPIView):
    capabilities = {"GET": "products.view", "PUT": "products.edit"}

    @extend_schema(responses=ProductOut)
    def get(self, request: Request, product_id: int) -> Response:
        return self.answer(selectors.get_product(product_id))

    @extend_schema(request=ProductIn, responses=ProductOut, parameters=[IF_MATCH])
    @transaction.atomic
    def put(self, request: Request, product_id: int) -> Response:
        """Replace name, category and price. Credits keep the category that held when they were written."""
        Product.objects.select_for_update().filter(pk=product_id).first()
        require_match(request, self.shown(selectors.get_product(product_id)))
        return self.answer(services.edit_product(actor=self.actor, product_id=product_id, **self.read(ProductIn)))
