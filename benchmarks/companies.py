"""Companies to measure with, filled by plain SQL as the application's role: quick, and nothing of it is measured."""

from __future__ import annotations

from django.db import connection, transaction

from accounts.access.actor import Actor
from accounts.people.models import Role
from accounts.people.services import add_member, create_tenant
from accounts.tenancy.context import tenant_scope
from accounts.tenancy.models import Tenant
from pipeline.customers.models import Customer
from pipeline.deals.stages import ensure_stages
from pipeline.products.models import Product

PASSWORD = "correct horse battery staple"  # noqa: S105 (nobody can sign in to a database that is dropped)

_DEALS = """
    INSERT INTO pipeline_deal (tenant_id, reference, title, next_step, loss_reason, loss_note, customer_id, product_id,
                               owner_id, stage_id, amount, units, engaged_on, closed_on, stage_since, created_at,
                               version)
    SELECT %(tenant)s, 'D' || n, '', '', '', '', (%(customers)s::bigint[])[1 + n %% 100],
           (%(products)s::bigint[])[1 + n %% 7], (%(members)s::bigint[])[1 + n %% 30],
           (%(stages)s::bigint[])[1 + n %% 4], 10000 + n, 1, date '2016-01-01',
           CASE WHEN n %% 4 >= 2 THEN date '2017-01-01' + n %% 365 END, date '2017-01-01' + n %% 365, now(), 1
    FROM generate_series(1, %(count)s) n
"""


def company(slug: str) -> Tenant:
    return create_tenant(
        slug=slug,
        name=slug.title(),
        currency="USD",
        time_zone="America/New_York",
        fiscal_year_start=1,
        admin_email=f"admin@{slug}.test",
        admin_password=PASSWORD,
    )


def company_with_deals(slug: str, deals: int) -> Tenant:
    """Thirty reps, a hundred customers, seven products, and deals spread over them and over the four stages."""
    tenant = company(slug)
    actor = Actor.operator(tenant)
    with tenant_scope(tenant.pk), transaction.atomic():
        members = [add_member(actor=actor, full_name=f"Rep {n}", roles=[Role.REP]).pk for n in range(30)]
        customers = Customer.objects.bulk_create(Customer(name=f"C{n}", sort_name=f"c{n}") for n in range(100))
        products = Product.objects.bulk_create(Product(name=f"P{n}") for n in range(7))
        stages = ensure_stages(actor).every
        with connection.cursor() as cursor:
            values = {"customers": customers, "products": products, "stages": stages}
            ids = {name: [row.pk for row in rows] for name, rows in values.items()}
            cursor.execute(_DEALS, {"tenant": tenant.pk, "members": members, "count": deals, **ids})
    return tenant


def analyze() -> None:
    """Let the planner know the tables, as autovacuum does in a company's night. Needs the tables' owner."""
    from tests.database import raw_cursor  # noqa: PLC0415 (the tests' settings come first)

    with raw_cursor("owner") as cursor:
        cursor.execute("ANALYZE")
