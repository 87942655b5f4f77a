"""Importing products and customers, by name: what the file says holds, what it does not know stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple

from accounts.people.services import sort_key
from pipeline.customers.models import Customer
from pipeline.imports.difference import Difference, compare
from pipeline.imports.records import CustomerRecord, ProductRecord
from pipeline.products.models import Product

_PRODUCT = ("name", "category", "list_price")
_CUSTOMER = ("name", "industry", "founded", "annual_revenue", "employees", "country")
_BATCH = 5000  # rows × 10 columns stay below 65,535 parameters of a statement


def plan_products(records: Sequence[ProductRecord]) -> Difference[ProductRecord]:
    present = {row[0]: row for row in Product.objects.values_list(*_PRODUCT)}
    return compare(records, lambda one: present[one.name] == astuple(one) if one.name in present else None)


def write_products(plan: Difference[ProductRecord]) -> None:
    Product.objects.bulk_create(Product(**_named(_PRODUCT, astuple(one))) for one in plan.created)
    changed = {one.name: one for one in plan.changed}
    products = list(Product.objects.filter(name__in=changed))
    for product in products:
        product.category, product.list_price = changed[product.name].category, changed[product.name].list_price
    Product.objects.bulk_update(products, ["category", "list_price"])


def plan_customers(records: Sequence[CustomerRecord]) -> Difference[CustomerRecord]:
    rows = Customer.objects.values_list(*_CUSTOMER, "parent__name")
    present = {row[0]: (*row[:-1], row[-1] or "") for row in rows}
    return compare(records, lambda one: present[one.name] == astuple(one) if one.name in present else None)


def write_customers(plan: Difference[CustomerRecord]) -> None:
    """First the customers, then who belongs to whom, since a parent may come after its subsidiary."""
    created = [Customer(**_named(_CUSTOMER, astuple(one)[:-1]), sort_name=sort_key(one.name)) for one in plan.created]
    Customer.objects.bulk_create(created, batch_size=_BATCH)
    records = {one.name: one for one in plan.created + plan.changed}
    changed = list(Customer.objects.filter(name__in=[one.name for one in plan.changed]))
    for customer in changed:
        for column in _CUSTOMER:
            setattr(customer, column, getattr(records[customer.name], column))
        customer.version += 1
    Customer.objects.bulk_update(changed, [*_CUSTOMER[1:], "version"], batch_size=1000)
    ids: dict[str, int] = dict(Customer.objects.values_list("name", "id"))
    moved = [one for one in created if records[one.name].parent] + changed
    for customer in moved:
        customer.parent_id = ids.get(records[customer.name].parent)
    Customer.objects.bulk_update(moved, ["parent_id"], batch_size=1000)


def _named(columns: tuple[str, ...], values: tuple[object, ...]) -> dict[str, object]:
    return dict(zip(columns, values, strict=True))
