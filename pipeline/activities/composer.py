"""The composer of a customer's or a deal's page: what it offers, and how what it sends is written down."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access.actor import Actor
from accounts.access.views import TenantRequest, today
from pipeline.activities.forms import ComposerForm
from pipeline.activities.models import Activity
from pipeline.activities.services import log_activity
from pipeline.contacts.models import Contact
from pipeline.contacts.selectors import contacts_of
from pipeline.customers.figures import open_deals
from pipeline.customers.models import Customer
from pipeline.deals.models import Deal
from pipeline.tasks.services import TaskValues, create_task
from salesops.lib.errors import DomainError
from salesops.lib.forms import add_domain_error

OFFERED_DEALS = 50
_ICONS = {"note": "note", "call": "phone", "message": "mail", "meeting": "users", "task": "checkbox"}


@dataclass(frozen=True, slots=True)
class Composer:
    """`url` is where it sends to. The rows are those among which one chooses."""

    form: ComposerForm
    url: str
    today: date
    contacts: list[Contact]
    deals: list[Deal]
    customer_id: int | None = None
    deal_id: int | None = None

    @classmethod
    def for_customer(
        cls,
        request: TenantRequest,
        customer: Customer,
        contacts: list[Contact] | None = None,
        deals: list[Deal] | None = None,
    ) -> Composer:
        """`contacts` and `deals` spare reading them again."""
        day = today(request)
        contacts = contacts_of(customer.pk) if contacts is None else contacts
        deals = open_deals(request.actor, customer.pk, day, OFFERED_DEALS) if deals is None else deals
        url = reverse("customer_log", args=[request.tenant.slug, customer.pk])
        return cls(_form(request, contacts, deals, day), url, day, contacts, deals, customer_id=customer.pk)

    @classmethod
    def for_deal(cls, request: TenantRequest, deal: Deal) -> Composer:
        day = today(request)
        contacts = contacts_of(deal.customer_id) if deal.customer_id else []
        url = reverse("deal_log", args=[request.tenant.slug, deal.pk])
        return cls(_form(request, contacts, [], day), url, day, contacts, [], deal_id=deal.pk)

    def emptied(self) -> Composer:
        """The same with nothing in it, for the next entry."""
        return replace(self, form=ComposerForm(contacts=_here(self.contacts), deals=self.deals, today=self.today))

    @property
    def kinds(self) -> list[tuple[str, str, str, bool]]:
        """Value, label, icon and whether it is chosen."""
        chosen = self.form["kind"].value()
        return [(value, label, _ICONS[value], value == chosen) for value, label in self.form.fields["kind"].choices]  # type: ignore[attr-defined]

    def write(self, actor: Actor, now: datetime) -> str:
        """Write down what a valid form says; answers what to tell the reader."""
        about = {"customer_id": self.customer_id, "deal_id": self.deal_id or self.form.cleaned_data["deal"]}
        if self.form.is_task:
            return self._write_task(actor, now, about)
        activity = log_activity(actor=actor, values=self.form.values(), now=now, **about)
        return _("%(kind)s logged.") % {"kind": Activity.Kind(activity.kind).label}

    def _write_task(self, actor: Actor, now: datetime, about: dict[str, int | None]) -> str:
        cleaned = self.form.cleaned_data
        assert actor.member is not None  # noqa: S101 (only members see pages)
        values = TaskValues(title=cleaned["text"], due_on=cleaned["due_on"], owner_id=actor.member.pk, **about)
        create_task(actor=actor, values=values, now=now)
        return _("Task added.")

    def add(self, error: DomainError) -> None:
        """Put a refusal beside its field; a task's title is the composer's text."""
        if error.field == "title":
            error.field = "text"
        add_domain_error(self.form, error)


def _form(request: TenantRequest, contacts: list[Contact], deals: list[Deal], day: date) -> ComposerForm:
    initial = {"kind": request.GET.get("log") if request.GET.get("log") in _ICONS else Activity.Kind.NOTE}
    return ComposerForm(request.POST or None, contacts=_here(contacts), deals=deals, today=day, initial=initial)


def _here(contacts: list[Contact]) -> list[Contact]:
    return [contact for contact in contacts if not contact.has_left]
