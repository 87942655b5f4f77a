"""Writing products."""

from __future__ import annotations

from django.db import transaction

from accounts.access.actor import Actor
from accounts.access.policy import require
from accounts.audit.services import record
from pipeline.products.models import Product
from salesops.lib.errors import DomainError, NotVisible, gettext_noop


@transaction.atomic
def create_product(*, actor: Actor, name: str, category: str = "", list_price: int | None = None) -> Product:
    """A new product. `list_price` is in minor units. Refuses a taken name and a negative price."""
    require(actor, "products.edit")
    product = Product()
    _write(product, name, category, list_price)
    record(actor=actor, action="product.created", subject=product, name=product.name)
    return product


@transaction.atomic
def edit_product(*, actor: Actor, product_id: int, name: str, category: str, list_price: int | None) -> Product:
    """Change a product. Credit lines keep the category that held when they were written."""
    require(actor, "products.edit")
    product: Product | None = Product.objects.select_for_update().filter(pk=product_id).first()
    if product is None:
        raise NotVisible
    before = (product.name, product.category, product.list_price)
    if before != (" ".join(name.split()), category.strip(), list_price):
        _write(product, name, category, list_price)
        record(actor=actor, action="product.changed", subject=product, name=product.name, category=product.category)
    return product


def _write(product: Product, name: str, category: str, list_price: int | None) -> None:
    name = " ".join(name.split())
    if not name:
        raise DomainError("required", gettext_noop("Give the product a name."), "name")
    if Product.objects.filter(name=name).exclude(pk=product.pk).exists():
        raise DomainError("taken", gettext_noop("There is already a product named %(name)s."), "name", name=name)
    if list_price is not None and list_price < 0:
        raise DomainError("negative", gettext_noop("The price is negative."), "list_price")
    product.name, product.category, product.list_price = name, category.strip(), list_price
    product.save()
