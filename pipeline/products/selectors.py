"""Reading products."""

from __future__ import annotations

from django.db.models import QuerySet

from pipeline.products.models import Product
from salesops.lib.errors import NotVisible


def products(search: str = "") -> QuerySet[Product]:
    """The company's products; everybody sees them."""
    every: QuerySet[Product] = Product.objects.all()
    return every.filter(name__istartswith=search) if search else every


def get_product(product_id: int) -> Product:
    product = products().filter(pk=product_id).first()
    if product is None:
        raise NotVisible
    return product
