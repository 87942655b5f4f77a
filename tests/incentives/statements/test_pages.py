"""The statement page: who sees whose, and what it says."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incentives.plans.models import Plan
from incentives.plans.services import add_version
from incentives.statements.models import Statement
from tests.incentives.cast import approved, by_attainment, component, document, plan_for_reps, recompute
from tests.targets.books import Won, book

MINE = "/t/acme/statements/mine/"


def address(member, month="2017-10", tenant="acme"):
    return f"/t/{tenant}/statements/{member.pk}/{month}/"


@pytest.mark.parametrize(
    ("name", "status"),
    [("rob", 200), ("hana", 200), ("eve", 200), ("rita", 404), ("sam", 404), ("max", 404), ("mia", 404), ("ada", 200)],
)
def test_pay_is_seen_by_oneself_hr_and_executives(computed, client_for, name, status):
    """Ada founded the company, so she is an executive as well as its admin."""
    assert client_for(getattr(computed, name)).get(address(computed.rob)).status_code == status


def test_an_admin_who_is_no_executive_sees_no_pay(computed, client_for):
    type(computed.ada).objects.filter(pk=computed.ada.pk).update(roles=["admin"])
    assert client_for(computed.ada).get(address(computed.rob)).status_code == 404


@pytest.mark.parametrize(("name", "status"), [("max", 200), ("mia", 404)])
def test_managers_see_their_own_people_where_the_company_says_so(computed, client_for, name, status):
    type(computed.tenant).objects.filter(pk=computed.tenant.pk).update(managers_see_pay=True)
    assert client_for(getattr(computed, name)).get(address(computed.rob)).status_code == status


@pytest.mark.parametrize("path", ["statements/{}/2017-10/", "api/v1/statements/{}/"])
def test_another_companys_ids_do_not_exist(computed, stranger, client_for, path):
    assert client_for(computed.hana).get(f"/t/acme/{path.format(stranger.rep.pk)}").status_code == 404


@pytest.mark.parametrize("month", ["2017", "2017-Q4", "2017-13", "x", "0000-01", "2017-10 "])
def test_what_is_no_month_is_no_address(computed, client_for, month):
    assert client_for(computed.rob).get(address(computed.rob, month)).status_code == 404


def test_pay_is_kept_by_no_cache(computed, client_for):
    for path in (MINE, address(computed.rob), "/t/acme/api/v1/statements/"):
        assert "no-store" in client_for(computed.rob).get(path).headers["Cache-Control"]


def test_my_statement_is_the_newest_month(computed, client_for):
    page = client_for(computed.rob).get(MINE).content.decode()
    assert "December 2017" in page
    assert "My statement" in page


def test_a_credit_that_is_cut_says_where(computed, client_for):
    page = client_for(computed.rob).get(address(computed.rob)).content.decode()
    assert "This credit took the total from <b>500.00</b> to <b>1,200.00</b>" in page
    assert "It crosses the bound at <b>1,000.00</b> (1,000)" in page
    assert "500.00 × 4" in page
    assert "200.00 × 10" in page


def test_the_next_tier_is_named(computed, client_for):
    page = client_for(computed.rita).get(address(computed.rita)).content.decode()
    assert "<b>700.00 more</b>" in page
    assert "every further 1,000.00 earns 40.00" in page


def test_a_later_month_counts_on_from_the_earlier_one(computed, client_for):
    book(computed.operator, [Won(computed.rita, date(2017, 11, 3), 100_00)])
    recompute(computed)
    page = client_for(computed.rita).get(address(computed.rita, "2017-11")).content.decode()
    assert "from <b>300.00</b> to <b>400.00</b>" in page


def test_a_correction_says_which_month_it_corrects(computed, hana, eve, client_for):
    approved(hana, eve)
    flat = document(component(rate={"method": "flat", "rate": "0.10"}))
    add_version(actor=computed.operator, plan=Plan.objects.get(), effective_from=date(2017, 10, 1), document=flat)
    recompute(computed)
    page = client_for(computed.rob).get(address(computed.rob, "2017-11")).content.decode()
    assert "October 2017 was paid before this fact changed" in page
    assert "corrections of paid months" in page


def test_an_error_is_said_where_the_amount_would_be(sold, client_for):
    plan_for_reps(sold, document(by_attainment()))
    recompute(sold)
    page = client_for(sold.rob).get(address(sold.rob)).content.decode()
    assert "There is no quota for this period" in page
    assert "Payable" not in page


def test_without_a_plan_the_page_says_what_belongs_there(in_acme, client_for):
    assert "No statement yet" in client_for(in_acme.rob).get(MINE).content.decode()


def test_a_change_since_the_run_is_shown(computed, client_for):
    assert "Changed since" not in client_for(computed.rob).get(address(computed.rob)).content.decode()
    book(computed.operator, [Won(computed.rob, date(2017, 10, 30), 100_00)])
    assert "Changed since" in client_for(computed.rob).get(address(computed.rob)).content.decode()
    assert "Changed since" not in client_for(computed.rita).get(address(computed.rita)).content.decode()


@pytest.mark.parametrize("name", ["rob", "hana"])
def test_queries_do_not_grow_with_lines(computed, client_for, name):
    def asked():
        client = client_for(getattr(computed, name))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address(computed.rob)).status_code == 200
        return [query["sql"] for query in queries if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]

    few = asked()
    book(computed.operator, [Won(computed.rob, date(2017, 10, 1 + day), 100_00) for day in range(30)])
    recompute(computed)
    assert len(asked()) == len(few) <= 12, "\n".join(few)


def test_the_api_lists_what_may_be_seen(computed, client_for):
    mine = client_for(computed.rob).get("/t/acme/api/v1/statements/").json()["results"]
    assert {row["participant"] for row in mine} == {"Rob Rep"}
    everybody = client_for(computed.hana).get("/t/acme/api/v1/statements/").json()["results"]
    assert len(everybody) == Statement.objects.count()
    october = next(row for row in mine if row["period"] == "2017-10")
    assert october["amounts"]["payable"] == "60.00"


def test_the_api_opens_a_statement_onto_its_lines(computed, client_for):
    one = Statement.objects.get(participant=computed.rob, month=date(2017, 10, 1))
    found = client_for(computed.rob).get(f"/t/acme/api/v1/statements/{one.pk}/").json()
    assert [line["amount"] for line in found["lines"]] == ["20.00", "40.00"]
    assert client_for(computed.rita).get(f"/t/acme/api/v1/statements/{one.pk}/").status_code == 404
