from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.test import Client

from accounts.tenancy.context import tenant_scope
from pipeline.customers.models import Customer
from pipeline.customers.services import CustomerValues, create_customer, edit_customer
from pipeline.deals.services import win
from salesops.lib import clock
from salesops.lib.errors import DomainError, NotVisible
from salesops.lib.periods import add_months
from tests.factories import MARKER, Acme, Stranger
from tests.pipeline.cast import TODAY, acting, customer, deal

pytestmark = pytest.mark.django_db
ClientFor = Callable[..., Client]


def test_a_name_is_taken_once_and_sorted_by_its_pinyin(in_acme: Acme) -> None:
    made = customer(in_acme, "  北京   Globex ")
    assert (made.name, made.sort_name) == ("北京 Globex", "bei jing  globex")
    with pytest.raises(DomainError, match="already a customer named"):
        customer(in_acme, "北京 Globex")
    with pytest.raises(DomainError, match="Give the customer a name"):
        customer(in_acme, " ")


def test_a_rep_sees_own_customers_and_those_of_own_deals(in_acme: Acme, client_for: ClientFor) -> None:
    own, dealt, other = customer(in_acme, "Own", in_acme.rob), customer(in_acme, "Dealt"), customer(in_acme, "Other")
    deal(in_acme, in_acme.rob, customer_id=dealt.pk)
    client = client_for(in_acme.rob)
    page = client.get("/t/acme/customers/").content.decode()
    assert [one.name in page for one in (own, dealt, other)] == [True, True, False]
    assert [client.get(f"/t/acme/customers/{one.pk}/").status_code for one in (own, dealt, other)] == [200, 200, 404]
    assert client.get(f"/t/acme/customers/{dealt.pk}/edit/").status_code == 404, "seen, but not the rep's"


def test_an_older_version_is_refused_and_nothing_changed_writes_nothing(in_acme: Acme) -> None:
    made = customer(in_acme)
    values = CustomerValues.of(made)
    same = edit_customer(actor=in_acme.operator, customer_id=made.pk, version=1, values=values, as_of=TODAY)
    assert same.version == 1
    changed = replace(values, industry="retail")
    edit_customer(actor=in_acme.operator, customer_id=made.pk, version=1, values=changed, as_of=TODAY)
    with pytest.raises(DomainError, match="changed this customer meanwhile"):
        edit_customer(actor=in_acme.operator, customer_id=made.pk, version=1, values=values, as_of=TODAY)


def test_references_outside_the_company_or_the_scope_are_refused(in_acme: Acme, stranger: Stranger) -> None:
    with tenant_scope(stranger.tenant.pk):
        theirs = customer(stranger, MARKER)
    for field, values in (
        ("owner", CustomerValues(name="X", owner_id=stranger.rep.pk)),
        ("parent", CustomerValues(name="X", parent_id=theirs.pk)),
        ("region", CustomerValues(name="X", region_id=10**9)),
    ):
        with pytest.raises(DomainError) as refused:
            create_customer(actor=in_acme.operator, values=values, as_of=TODAY)
        assert refused.value.field == field
    with pytest.raises(DomainError, match="owner"):
        create_customer(actor=acting(in_acme, in_acme.rob), values=CustomerValues(name="X"), as_of=TODAY)
    with pytest.raises(NotVisible):
        edit_customer(
            actor=in_acme.operator, customer_id=theirs.pk, version=1, values=CustomerValues(name="X"), as_of=TODAY
        )
    assert not Customer.objects.filter(name="X").exists()


def test_the_page_shows_purchases_deals_and_facts(in_acme: Acme, client_for: ClientFor) -> None:
    buyer = customer(in_acme)
    today = in_acme.tenant.day_of(clock.now())
    before = add_months(today, -2)
    for day, amount in ((before, 100_00), (today, 41_50)):
        sold = deal(in_acme, in_acme.rob, customer_id=buyer.pk)
        sale = {"deal_id": sold.pk, "version": sold.version, "amount": amount, "closed_on": day}
        win(actor=in_acme.operator, as_of=today, **sale)
    page = client_for(in_acme.ada).get(f"/t/acme/customers/{buyer.pk}/")
    bought = page.context["purchases"]
    assert [month.value for month in bought.months][-3:] == [100_00, 0, 41_50]
    assert (bought.total, bought.lines, len(bought.months)) == (141_50, 2, 12)
    assert page.context["figures"].win_rate == 1
    assert page.context["figures"].company_win_rate == 1
    assert client_for(in_acme.ada).get(bought.url).context["total"] == 141_50, "the figure opens the lines behind it"


def test_add_and_edit_in_the_browser(in_acme: Acme, client_for: ClientFor) -> None:
    client = client_for(in_acme.rob)
    sent = {
        "name": "Globex",
        "status": "prospect",
        "owner": in_acme.rob.pk,
        "annual_revenue": "1,000.50",
        "founded": "1999",
    }
    made = client.post("/t/acme/customers/new/", sent)
    assert made.status_code == 303
    saved = Customer.objects.get(name="Globex")
    assert (saved.annual_revenue, saved.owner_id) == (1000_50, in_acme.rob.pk)
    edited = client.post(f"/t/acme/customers/{saved.pk}/edit/", sent | {"version": 1, "name": "Globex Corp"})
    assert edited.status_code == 303
    again = client.post(f"/t/acme/customers/{saved.pk}/edit/", sent | {"version": 1})
    assert again.status_code == 422
    assert Customer.objects.get(pk=saved.pk).name == "Globex Corp"


def test_suggestions_are_the_visible_customers_that_begin_so(in_acme: Acme, client_for: ClientFor) -> None:
    customer(in_acme, "Globex", in_acme.rob)
    customer(in_acme, "Glorious <b>", in_acme.rob)
    customer(in_acme, "Glob of another", in_acme.sam)
    body = client_for(in_acme.rob).get("/t/acme/customers/options/?customer=glo").content.decode()
    assert body.strip() == '<option value="Globex"></option><option value="Glorious &lt;b&gt;"></option>'
    assert client_for(in_acme.rob).get("/t/acme/customers/options/").content.strip() == b""
