"""What a new company begins with here: its deals, and its customers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.home.steps import FirstStep
from pipeline.customers.models import Customer
from pipeline.deals.models import Deal

FIRST_STEPS = [
    FirstStep(
        "import",
        30,
        _("Bring your deals along"),
        _("One import takes over customers, products, people and deals, and says before what it would refuse."),
        "import_create",
        _("Import"),
        "imports.run",
        lambda actor: Deal.objects.all(),
    ),
    FirstStep(
        "customers",
        40,
        _("Add your first customer"),
        _("Visits, deals and everything that is said about them are kept on the customer's page."),
        "customer_list",
        _("Customers"),
        "customers.edit",
        lambda actor: Customer.objects.all(),
    ),
]
