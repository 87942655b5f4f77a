"""The people at a customer."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.tenancy.models import TenantForeignKey, TenantModel
from pipeline.customers.models import Customer
from pipeline.deals.models import Deal


class ContactRole(models.TextChoices):
    """What a person has to do with a purchase."""

    USER = "user", _("User")
    BUYER = "buyer", _("Buyer")
    DECIDES = "decides", _("Decides")
    INFLUENCES = "influences", _("Influences")
    REVIEWS = "reviews", _("Evaluates")
    OTHER = "other", _("Other")


_ROLES = ["user", "buyer", "decides", "influences", "reviews", "other"]


class Contact(TenantModel):
    """A person at a customer. `phone` is in E.164 (`+14155550123`). Whoever has left stays, for what was said then."""

    customer = TenantForeignKey(Customer, on_delete=models.CASCADE, related_name="contacts", looked_up=False)
    name = models.CharField(_("name"), max_length=120)
    sort_name = models.CharField(max_length=240, editable=False)
    title = models.CharField(_("job title"), max_length=120, blank=True)
    role = models.CharField(_("role"), max_length=10, choices=ContactRole.choices, default=ContactRole.OTHER)
    email = models.EmailField(_("e-mail"), max_length=254, blank=True)
    phone = models.CharField(_("phone"), max_length=16, blank=True)
    has_left = models.BooleanField(_("has left"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(role__in=_ROLES), name="contact_role"),
            models.CheckConstraint(
                condition=Q(phone="") | Q(phone__regex=r"^\+[1-9][0-9]{4,14}$"), name="contact_phone"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "customer", "has_left", "sort_name", "id"], name="contact_customer_sort"),
            models.Index(fields=["tenant", "sort_name", "id"], name="contact_tenant_sort"),
        ]

    def __str__(self) -> str:
        return self.name


class DealContact(TenantModel):
    """What part a contact has in one deal, which may be another than elsewhere."""

    deal = TenantForeignKey(Deal, on_delete=models.CASCADE, related_name="contacts", looked_up=False)
    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(_("role"), max_length=10, choices=ContactRole.choices)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "deal", "contact"], name="deal_contact_once"),
            models.CheckConstraint(condition=Q(role__in=_ROLES), name="deal_contact_role"),
        ]
