"""What is sold."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.tenancy.models import TenantModel


class Product(TenantModel):
    """`list_price` is in minor units of the tenant's currency; `category` (a series) is for plans to filter."""

    name = models.CharField(_("name"), max_length=120)
    category = models.CharField(_("category"), max_length=80, blank=True)
    list_price = models.BigIntegerField(_("list price"), null=True, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "name"], name="product_tenant_name"),
            models.CheckConstraint(
                condition=models.Q(list_price__isnull=True) | models.Q(list_price__gte=0), name="product_list_price"
            ),
        ]

    def __str__(self) -> str:
        return self.name
