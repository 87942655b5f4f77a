"""The plan pages."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.audit.models import AuditEntry
from incentives.plans.models import Plan, PlanAssignment, PlanVersion
from incentives.plans.services import Target, add_version, assign, create_plan
from tests.incentives.cast import NOVEMBER, OCTOBER, by_attainment, component, document, plan_for_reps

LIST = "/t/acme/plans/"


@pytest.fixture
def version(in_acme):
    return plan_for_reps(in_acme, document(by_attainment()))


@pytest.fixture
def page(version):
    return f"{LIST}{version.plan_id}/"


@pytest.mark.parametrize("name", ["ada", "eve", "max", "rob", "hana"])
def test_everybody_reads_plans(in_acme, page, client_for, name):
    client = client_for(getattr(in_acme, name))
    assert client.get(LIST).status_code == client.get(page).status_code == 200


@pytest.mark.parametrize(("name", "status"), [("eve", 200), ("hana", 200), ("max", 403), ("rob", 403)])
def test_hr_and_executives_write_them(in_acme, page, client_for, name, status):
    client = client_for(getattr(in_acme, name))
    for path in (f"{LIST}new/", f"{page}versions/new/", f"{page}assign/"):
        assert client.get(path).status_code == status


def test_strangers_find_nothing(page, stranger, client_for):
    assert client_for(stranger.hr).get(page).status_code == 404


def test_the_rules_are_said_in_words(in_acme, page, client_for):
    text = client_for(in_acme.rob).get(page).content.decode().replace("\xa0", " ")
    assert "4 % up to 80 %, 6 % from 80 % to 100 %, 10 % above 100 %" in text
    assert "everybody with the role Rep" in text


def test_a_plan_is_written_in_the_browser(in_acme, client_for):
    data = {"name": "New", "effective_from": "2017-10-01", "text": json.dumps(document())}
    response = client_for(in_acme.hana).post(f"{LIST}new/", data)
    assert response.status_code == 303
    assert PlanVersion.objects.get().created_by == in_acme.hana


def test_a_plan_comes_from_a_file(in_acme, client_for):
    file = SimpleUploadedFile("plan.json", json.dumps(document()).encode())
    data = {"name": "New", "effective_from": "2017-10-01", "file": file}
    assert client_for(in_acme.hana).post(f"{LIST}new/", data).status_code == 303


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not JSON"),
        ("", "is not JSON"),
        (json.dumps(document(component(colour="red"))), "components[0].colour: is not a known key"),
        (json.dumps(document(component(rate={"method": "flat", "rate": 0.1}))), "components[0].rate.rate: must be a"),
        (json.dumps(document(currency="EUR")), "currency: must be USD"),
    ],
)
def test_problems_stand_beside_the_document_which_is_kept(in_acme, client_for, text, said):
    response = client_for(in_acme.hana).post(f"{LIST}new/", {"name": "X", "effective_from": "2017-10-01", "text": text})
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not Plan.objects.exists()


def test_versions_are_compared(in_acme, version, page, client_for):
    changed = document(by_attainment(period="month"))
    add_version(actor=in_acme.operator, plan=version.plan, effective_from=OCTOBER, document=changed)
    text = client_for(in_acme.rob).get(f"{page}compare/?old=1&new=2").content.decode()
    assert "components[bookings].period" in text
    assert "quarter" in text
    assert "month" in text


@pytest.mark.parametrize("query", ["", "?old=1", "?old=1&new=9", "?old=1&new=x", "?old=1&new=99999999"])
def test_versions_that_are_not_there(in_acme, page, client_for, query):
    assert client_for(in_acme.rob).get(f"{page}compare/{query}").status_code == 404


def test_a_team_is_put_on_a_plan(in_acme, version, page, client_for):
    data = {"target": f"team:{in_acme.north.pk}", "starts_on": "2017-11-01"}
    assert client_for(in_acme.hana).post(f"{page}assign/", data).status_code == 303
    assert PlanAssignment.objects.filter(team=in_acme.north, plan=version.plan).exists()


def test_an_overlap_is_said_beside_its_field(in_acme, version, page, client_for):
    other = create_plan(actor=in_acme.operator, name="Other", effective_from=OCTOBER, document=document())
    data = {"target": "role:rep", "starts_on": "2017-09-01"}
    response = client_for(in_acme.hana).post(f"{LIST}{other.plan_id}/assign/", data)
    assert response.status_code == 422
    assert "already on the plan Field Sales" in response.content.decode()


@pytest.mark.parametrize("target", ["role:pilot", "team:999999", "member:x", "", "member:{stranger}"])
def test_a_target_that_was_not_offered_is_refused(in_acme, stranger, page, client_for, target):
    chosen = target.format(stranger=stranger.rep.pk)
    response = client_for(in_acme.hana).post(f"{page}assign/", {"target": chosen, "starts_on": "2017-11-01"})
    assert response.status_code == 422


@pytest.fixture
def ending(version):
    return f"{LIST}assignments/{PlanAssignment.objects.get().pk}/end/"


def test_an_open_assignment_is_ended_from_the_page(in_acme, page, ending, client_for):
    hana = client_for(in_acme.hana)
    assert f'href="{ending}"' in hana.get(page).content.decode()
    assert "Set the last day" in hana.get(ending).content.decode()
    response = hana.post(ending, {"ends_on": "2017-11-30"})
    assert (response.status_code, response["Location"]) == (303, page)
    assert PlanAssignment.objects.get().ends_on == date(2017, 11, 30)
    assert ending not in hana.get(page).content.decode()
    entry = AuditEntry.objects.get(action="plan.assignment_ended")
    assert entry.data == {"plan": "Field Sales", "target": "Rep", "ends_on": "2017-11-30"}


def test_who_only_reads_plans_is_not_offered_to_end_one(in_acme, page, ending, client_for):
    rob = client_for(in_acme.rob)
    assert ending not in rob.get(page).content.decode()
    assert rob.post(ending, {"ends_on": "2017-11-30"}).status_code == 403


def test_a_stranger_ends_nothing(ending, stranger, client_for):
    hr = client_for(stranger.hr)
    theirs = ending.replace("/acme/", f"/{stranger.tenant.slug}/")
    assert hr.post(ending, {"ends_on": "2017-11-30"}).status_code == 404
    assert hr.post(theirs, {"ends_on": "2017-11-30"}).status_code == 404


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("", "required"),
        ("2017-13-01", "valid date"),
        ("2017-09-30", "before the first"),
        ("9999-12-31", "out of range"),
    ],
)
def test_a_bad_last_day_is_said_beside_its_field(in_acme, ending, client_for, day, said):
    response = client_for(in_acme.hana).post(ending, {"ends_on": day})
    assert response.status_code == 422
    assert said in response.content.decode()
    assert PlanAssignment.objects.get().ends_on is None


def test_a_last_day_that_reaches_into_the_next_plan_is_refused(in_acme, ending, client_for):
    other = create_plan(actor=in_acme.operator, name="Other", effective_from=OCTOBER, document=document())
    assign(actor=in_acme.operator, plan=other.plan, target=Target(role="rep"), starts_on=NOVEMBER)
    response = client_for(in_acme.hana).post(ending, {"ends_on": "2017-11-01"})
    assert response.status_code == 422
    assert "already on the plan Other" in response.content.decode()


def test_queries_do_not_grow_with_plans(in_acme, version, client_for):
    def asked():
        client = client_for(in_acme.hana)
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST)
        return len([query for query in queries if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))])

    few = asked()
    for number in range(29):
        create_plan(actor=in_acme.operator, name=f"P{number}", effective_from=OCTOBER, document=document())
    assert asked() == few <= 12


def test_the_api_writes_and_reads_plans(in_acme, client_for):
    hana = client_for(in_acme.hana)
    given = {"name": "By API", "effective_from": "2017-10-01", "document": document()}
    made = hana.post("/t/acme/api/v1/plans/", given, content_type="application/json")
    assert made.status_code == 201
    plan = made.json()["id"]
    bad = {"effective_from": "2017-11-01", "document": document(component(colour="red"))}
    refused = hana.post(f"/t/acme/api/v1/plans/{plan}/versions/", bad, content_type="application/json")
    assert (refused.status_code, refused.json()["field"]) == (422, "components[0].colour")
    assert client_for(in_acme.rob).get(f"/t/acme/api/v1/plans/{plan}/").json()["versions"][0]["number"] == 1
    assert (
        client_for(in_acme.rob).post("/t/acme/api/v1/plans/", given, content_type="application/json").status_code == 403
    )
