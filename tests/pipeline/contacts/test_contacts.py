from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.test import Client

from pipeline.contacts.models import Contact
from pipeline.contacts.services import (
    ContactValues,
    add_contact,
    edit_contact,
    name_in_deal,
    phone_number,
    take_off_deal,
)
from salesops.lib.errors import DomainError, NotVisible
from tests.factories import Acme
from tests.pipeline.cast import TODAY, acting, customer, deal

pytestmark = pytest.mark.django_db
ClientFor = Callable[..., Client]
ANN = ContactValues("Ann  Lee", "CFO", "decides", "ann@globex.test", "+1 (415) 555-2671")


def _ann(in_acme: Acme) -> Contact:
    globex = customer(in_acme, "Globex", in_acme.rob)
    return add_contact(actor=acting(in_acme, in_acme.rob), customer_id=globex.pk, values=ANN, as_of=TODAY)


def test_a_contact_is_kept_with_single_spaces_a_sort_key_and_a_number_one_can_ring_up(in_acme: Acme) -> None:
    ann = _ann(in_acme)
    assert (ann.name, ann.sort_name, ann.phone) == ("Ann Lee", "ann lee", "+14155552671")
    wang = replace(ANN, name="王小明", phone="0086 138 1234 5678")
    made = add_contact(actor=in_acme.operator, customer_id=ann.customer_id, values=wang, as_of=TODAY)
    assert (made.sort_name, made.phone) == ("wang xiao ming", "+8613812345678")


@pytest.mark.parametrize("text", ["415 555 2671", "+1 555", "+999 1234567", "call me", "+" + "1" * 40])
def test_a_number_without_country_or_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(DomainError, match="with its country code"):
        phone_number(text)


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"name": "  "}, "required", "name"),
        ({"name": "x" * 121}, "too_long", "name"),
        ({"role": "pope"}, "bad_role", "role"),
        ({"email": "ann at globex"}, "bad_email", "email"),
        ({"phone": "555"}, "bad_phone", "phone"),
    ],
)
def test_what_is_no_contact_is_refused(in_acme: Acme, given: dict[str, str], code: str, field: str) -> None:
    globex = customer(in_acme)
    with pytest.raises(DomainError) as refused:
        add_contact(actor=in_acme.operator, customer_id=globex.pk, values=replace(ANN, **given), as_of=TODAY)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_an_older_version_is_refused_and_nothing_changed_writes_nothing(in_acme: Acme) -> None:
    ann, rob = _ann(in_acme), acting(in_acme, in_acme.rob)
    values = ContactValues.of(ann)
    assert edit_contact(actor=rob, contact_id=ann.pk, version=1, values=values, as_of=TODAY).version == 1
    left = replace(values, has_left=True)
    assert edit_contact(actor=rob, contact_id=ann.pk, version=1, values=left, as_of=TODAY).has_left
    with pytest.raises(DomainError, match="changed this contact meanwhile"):
        edit_contact(actor=rob, contact_id=ann.pk, version=1, values=values, as_of=TODAY)


def test_contacts_are_kept_by_whoever_sees_the_customer_and_sells(in_acme: Acme) -> None:
    ann = _ann(in_acme)
    values = replace(ANN, title="CEO")
    edit_contact(actor=acting(in_acme, in_acme.max), contact_id=ann.pk, version=1, values=values, as_of=TODAY)
    with pytest.raises(NotVisible):
        edit_contact(actor=acting(in_acme, in_acme.sam), contact_id=ann.pk, version=2, values=ANN, as_of=TODAY)
    with pytest.raises(DomainError, match="role does not allow"):
        edit_contact(actor=acting(in_acme, in_acme.hana), contact_id=ann.pk, version=2, values=ANN, as_of=TODAY)


def test_a_deal_names_its_customers_people_and_no_others(in_acme: Acme, client_for: ClientFor) -> None:
    ann, rob = _ann(in_acme), acting(in_acme, in_acme.rob)
    sale = deal(in_acme, in_acme.rob, customer_id=ann.customer_id)
    for role in ("buyer", "decides"):
        named = name_in_deal(actor=rob, deal_id=sale.pk, contact_id=ann.pk, role=role, as_of=TODAY)
    assert named.role == "decides", "said again, the new part holds"
    panel = client_for(in_acme.rob).get(f"/t/acme/deals/{sale.pk}/contacts/").content.decode()
    assert "Ann Lee" in panel
    elsewhere = deal(in_acme, in_acme.rob, customer_id=customer(in_acme, "Other", in_acme.rob).pk)
    with pytest.raises(DomainError, match="no such contact"):
        name_in_deal(actor=rob, deal_id=elsewhere.pk, contact_id=ann.pk, role="buyer", as_of=TODAY)
    with pytest.raises(NotVisible):
        take_off_deal(actor=acting(in_acme, in_acme.sam), deal_contact_id=named.pk, as_of=TODAY)
    take_off_deal(actor=rob, deal_contact_id=named.pk, as_of=TODAY)
    assert not sale.contacts.exists()


def test_add_and_edit_in_the_browser(in_acme: Acme, client_for: ClientFor) -> None:
    globex, client = customer(in_acme, "Globex", in_acme.rob), client_for(in_acme.rob)
    sent = {"name": "Ann Lee", "role": "buyer", "phone": "+1 415 555 2671"}
    assert client.post(f"/t/acme/customers/{globex.pk}/contacts/new/", sent).status_code == 303
    ann = Contact.objects.get()
    address = f"/t/acme/contacts/{ann.pk}/edit/"
    assert client.post(address, sent | {"version": 1, "phone": "12"}).status_code == 422
    assert client.post(address, sent | {"version": 1, "title": "CFO"}).status_code == 303
    assert client.post(address, sent | {"version": 1}).status_code == 422
    shown = client.get(f"/t/acme/customers/{globex.pk}/?tab=contacts").content.decode()
    assert "CFO" in shown
    assert 'href="tel:+14155552671"' in shown


def test_over_rest_contacts_are_listed_by_name_and_edited_as_read(in_acme: Acme, client_for: ClientFor) -> None:
    ann, client = _ann(in_acme), client_for(in_acme.rob)
    listed = client.get(f"/t/acme/api/v1/contacts/?customer={ann.customer_id}").json()["results"]
    assert [one["name"] for one in listed] == ["Ann Lee"]
    assert client_for(in_acme.sam).get("/t/acme/api/v1/contacts/").json()["results"] == []
    assert client.get("/t/acme/api/v1/contacts/?customer=x").json()["results"] == []
    address = f"/t/acme/api/v1/contacts/{ann.pk}/"
    tag = client.get(address)["ETag"]
    body = {"data": {"title": "CEO"}, "content_type": "application/json", "headers": {"If-Match": tag}}
    assert client.patch(address, **body).json()["title"] == "CEO"
    assert client.patch(address, **body).status_code == 412
