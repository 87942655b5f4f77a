"""The payout pages: who opens and does what, and what they say."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.jobs.models import JobRun
from accounts.people.models import Role
from accounts.people.services import add_member
from incentives.payouts.models import PayoutBatch
from incentives.payouts.services import digest_of
from tests.incentives.cast import (
    NOVEMBER,
    OCTOBER,
    approved,
    by_attainment,
    document,
    plan_for_reps,
    recompute,
    submitted,
)
from tests.targets.books import Won, book

LIST = "/t/acme/payouts/"
OCTOBERS = f"{LIST}2017-10/"
ROLES = [("ada", 200), ("eve", 200), ("hana", 200), ("max", 403), ("rob", 403)]


@pytest.mark.parametrize("path", [LIST, OCTOBERS, f"{OCTOBERS}payouts.csv"])
@pytest.mark.parametrize(("name", "status"), ROLES)
def test_payouts_are_for_hr_and_executives(computed, client_for, path, name, status):
    """Ada founded the company, so she is an executive as well as its admin."""
    assert client_for(getattr(computed, name)).get(path).status_code == status


@pytest.mark.parametrize("path", ["payouts/2017-10/", "payouts/recompute/", "payouts/2017-10/payouts.xlsx"])
def test_strangers_find_nothing(computed, stranger, client_for, path):
    assert client_for(stranger.hr).get(f"/t/acme/{path}").status_code == 404


@pytest.mark.parametrize("path", ["2017-13/", "2017/", "2019-01/", "2017-10/payouts.pdf"])
def test_addresses_that_mean_nothing(computed, client_for, path):
    assert client_for(computed.hana).get(f"{LIST}{path}").status_code == 404


def post(client, action, **data):
    return client.post(f"{OCTOBERS}{action}/", data)


@pytest.mark.parametrize(("name", "status"), [("eve", 403), ("max", 403), ("rob", 403), ("hana", 303)])
def test_hr_submits(computed, client_for, name, status):
    assert post(client_for(getattr(computed, name)), "submit").status_code == status
    assert PayoutBatch.objects.exists() == (status == 303)


def test_two_people_take_it_from_draft_to_approved(computed, client_for):
    post(client_for(computed.hana), "submit")
    eve = client_for(computed.eve)
    assert "Approve 4…" in eve.get(OCTOBERS).content.decode()
    done = eve.post(f"{OCTOBERS}approve/", {"digest": digest_of(OCTOBER)}, follow=True)
    assert "the month is closed" in done.content.decode().lower()
    assert PayoutBatch.objects.get().state == "approved"


def test_the_submitter_reads_why_they_cannot_approve(computed, client_for):
    hana = client_for(computed.hana)
    post(hana, "submit")
    page = hana.get(OCTOBERS).content.decode()
    assert "You submitted it; a different person must approve it." in page
    assert 'aria-describedby="why-not"' in page
    refused = hana.post(f"{OCTOBERS}approve/", {"digest": digest_of(OCTOBER)}, follow=True)
    assert "a different person must approve" in refused.content.decode()
    assert PayoutBatch.objects.get().state == "in_review"


def test_the_approvers_digest_is_taken_from_their_page(computed, hana, client_for):
    submitted(hana)
    refused = client_for(computed.eve).post(f"{OCTOBERS}approve/", {"digest": "old"}, follow=True)
    assert "The statements have changed" in refused.content.decode()


def test_sent_back_with_its_reason(computed, hana, client_for):
    submitted(hana)
    post(client_for(computed.eve), "send-back", reason="Sue’s split is wrong")
    assert "Sue’s split is wrong" in client_for(computed.hana).get(OCTOBERS).content.decode()


def test_an_out_of_turn_month_says_which_comes_first(computed, hana, client_for):
    submitted(hana, NOVEMBER)
    assert "2017-10 comes first" in client_for(computed.eve).get(f"{LIST}2017-11/").content.decode()


def test_whoever_has_an_error_is_listed_and_left_out(sold, client_for):
    plan_for_reps(sold, document(by_attainment()))
    recompute(sold)
    page = client_for(sold.hana).get(OCTOBERS).content.decode()
    assert "2 left out" in page
    assert "Rob Rep: There is no quota for this period" in page


def test_a_correction_is_an_exception(computed, hana, eve, client_for):
    approved(hana, eve)
    book(computed.operator, [Won(computed.rob, date(2017, 10, 25), 100_00)])
    recompute(computed)
    page = client_for(computed.hana).get(f"{LIST}2017-11/").content.decode()
    assert "Rob Rep: +10.00" in page


def test_the_page_adds_up(computed, client_for):
    page = client_for(computed.hana).get(OCTOBERS).content.decode()
    assert "$72.00" in page


def test_the_file_is_downloaded(computed, client_for):
    response = client_for(computed.hana).get(f"{OCTOBERS}payouts.csv")
    assert response.headers["Content-Disposition"] == 'attachment; filename="payouts-acme-2017-10.csv"'
    assert response.content.decode("utf-8-sig").count("\r\n") == 5


def test_recompute_is_asked_for_once(computed, client_for):
    before = JobRun.objects.count()
    for _ in range(2):
        assert client_for(computed.hana).post(f"{LIST}recompute/").status_code == 303
    assert JobRun.objects.count() == before + 1
    assert client_for(computed.eve).post(f"{LIST}recompute/").status_code == 403


@pytest.mark.parametrize("path", [LIST, OCTOBERS])
def test_queries_do_not_grow_with_people(computed, hana, client_for, path):
    submitted(hana)

    def asked():
        client = client_for(computed.eve)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return [query["sql"] for query in queries if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]

    few = asked()
    for number in range(26):
        add_member(actor=computed.operator, full_name=f"Rep {number}", roles=[Role.REP])
    recompute(computed)
    submitted(hana)
    assert len(asked()) == len(few) <= 12, "\n".join(few)


def test_the_api_takes_it_the_same_way(computed, client_for):
    hana, eve = client_for(computed.hana), client_for(computed.eve)
    api = "/t/acme/api/v1/payouts/"
    assert [row["period"] for row in hana.get(api).json()] == ["2017-12", "2017-11", "2017-10"]
    digest = hana.post(f"{api}2017-10/submit/").json()["digest"]
    own = hana.post(f"{api}2017-10/approve/", {"digest": digest}, content_type="application/json")
    assert (own.status_code, own.json()["code"]) == (422, "own_submission")
    done = eve.post(f"{api}2017-10/approve/", {"digest": digest}, content_type="application/json")
    assert (done.status_code, done.json()["state"]) == (200, "approved")
    late = eve.post(f"{api}2017-10/send-back/", {"reason": "x"}, content_type="application/json")
    assert late.status_code == 422
    assert hana.get(f"{api}2017-10/").json()["state"] == "approved"
    assert client_for(computed.rob).get(api).status_code == 403
