from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from accounts.tenancy.context import tenant_scope
from pipeline import facts
from pipeline.products.models import Product
from pipeline.products.services import edit_product
from salesops.lib.errors import DomainError
from tests.factories import MARKER, Acme, Stranger
from tests.pipeline.cast import product, won

pytestmark = pytest.mark.django_db
ClientFor = Callable[..., Client]


def test_executives_add_and_edit_products_and_reps_only_see_them(in_acme: Acme, client_for: ClientFor) -> None:
    client = client_for(in_acme.eve)
    sent = {"name": "Anvil", "category": "Iron", "list_price": "12.50"}
    assert client.post("/t/acme/products/new/", sent).status_code == 303
    made = Product.objects.get(name="Anvil")
    assert made.list_price == 1250
    assert client.post(f"/t/acme/products/{made.pk}/", sent | {"list_price": "13"}).status_code == 303
    assert Product.objects.get(pk=made.pk).list_price == 1300
    assert b"Anvil" in client_for(in_acme.rob).get("/t/acme/products/?search=anv").content
    assert client_for(in_acme.rob).post("/t/acme/products/new/", sent).status_code == 403


@pytest.mark.parametrize(("name", "price", "message"), [("Anvil", 1, "already"), (" ", 1, "name"), ("X", -1, "price")])
def test_bad_products_are_refused(in_acme: Acme, name: str, price: int, message: str) -> None:
    product(in_acme, "Anvil")
    other = product(in_acme, "Hammer")
    with pytest.raises(DomainError, match=message):
        edit_product(actor=in_acme.operator, product_id=other.pk, name=name, category="", list_price=price)


def test_another_category_leaves_earlier_credits_as_they_were(in_acme: Acme) -> None:
    anvil = product(in_acme, "Anvil", "Iron")
    won(in_acme, in_acme.rob, product_id=anvil.pk)
    edit_product(actor=in_acme.operator, product_id=anvil.pk, name="Anvil", category="Steel", list_price=None)
    won(in_acme, in_acme.rob, product_id=anvil.pk)
    ever = facts.Slice(date(2000, 1, 1), date(2100, 1, 1))
    assert [line.category for line in facts.credits(ever)] == ["Iron", "Steel"]


def test_another_companys_product_is_not_found(in_acme: Acme, stranger: Stranger, client_for: ClientFor) -> None:
    with tenant_scope(stranger.tenant.pk):
        theirs = product(stranger, MARKER)
    client = client_for(in_acme.ada)
    assert client.get(f"/t/acme/products/{theirs.pk}/").status_code == 404
    assert client.post(f"/t/acme/products/{theirs.pk}/", {"name": "Mine"}).status_code == 404
