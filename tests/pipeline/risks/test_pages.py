"""The pages of risks, as people see and attack them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.tenancy.context import tenant_scope
from pipeline.risks import services
from pipeline.risks.models import Risk, RiskSetting, RiskStep
from pipeline.risks.services import RiskValues
from salesops.lib import clock
from tests.factories import MARKER, Acme, Stranger
from tests.pipeline.cast import acting, customer, deal
from tests.pipeline.risks.cast import finding, night

pytestmark = pytest.mark.django_db
ClientFor = Callable[..., Client]
HTMX = {"HX-Request": "true"}
State = Risk.State


@pytest.fixture
def risk(in_acme: Acme) -> Risk:
    """Rob's stalled deal with Globex."""
    bought = customer(in_acme, owner=in_acme.rob)
    night([finding(deal(in_acme, in_acme.rob, customer_id=bought.pk))])
    found: Risk = Risk.objects.select_related("deal").get()
    return found


def address(risk: Risk, what: str = "") -> str:
    return f"/t/acme/risks/{risk.pk}/{what}"


def queries_of(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200, url
    return sum("SAVEPOINT" not in query["sql"] for query in queries)


# --- Who sees what ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["risks/", "risks/list/", "risks/panel/"])
def test_each_sees_the_risks_of_the_own_scope(in_acme: Acme, client_for: ClientFor, page: str) -> None:
    made = [deal(in_acme, owner) for owner in (in_acme.rob, in_acme.sam)]
    night([finding(one) for one in made])
    for reader, seen in (("rob", (True, False)), ("max", (True, False)), ("sam", (False, True)), ("eve", (True, True))):
        text = client_for(in_acme.members[reader]).get(f"/t/acme/{page}").content.decode()
        assert tuple(one.reference in text for one in made) == seen, reader


def test_another_companys_risk_is_no_ones_here(in_acme: Acme, stranger: Stranger, client_for: ClientFor) -> None:
    with tenant_scope(stranger.tenant.pk):
        theirs = services.enter(actor=stranger.operator, values=RiskValues(MARKER, 1), at=clock.now())
    for page in ("risks/", "risks/list/?state=every", "risks/panel/"):
        assert MARKER not in client_for(in_acme.eve).get(f"/t/acme/{page}").content.decode()
    assert client_for(in_acme.eve).get(address(theirs)).status_code == 404


def test_the_filters_narrow_by_kind_owner_team_severity_and_state(in_acme: Acme, client_for: ClientFor) -> None:
    robs, sams = deal(in_acme, in_acme.rob), deal(in_acme, in_acme.sam)
    night([finding(robs), finding(sams, grave=True)])
    Risk.objects.filter(deal=robs).update(state=State.ACKNOWLEDGED)
    client = client_for(in_acme.eve)
    for query, found in (
        ("kind=deal.overdue", ()),
        (f"owner={in_acme.rob.pk}", (robs,)),
        (f"team={in_acme.south.pk}", (sams,)),
        ("severity=1", (sams,)),
        ("state=acknowledged", (robs,)),
        ("state=closed", ()),
        ("state=every", (robs, sams)),
    ):
        text = client.get(f"/t/acme/risks/list/?{query}", headers=HTMX).content.decode()
        assert [one for one in (robs, sams) if one.reference in text] == list(found), query


@pytest.mark.parametrize(
    "query", ["owner=x", "team=99999999999999999999", "severity=9", "cursor=!!", "kind=%00", "state=?"]
)
@pytest.mark.parametrize("page", ["", "list/"])
def test_a_nonsensical_filter_breaks_nothing(in_acme: Acme, client_for: ClientFor, page: str, query: str) -> None:
    assert client_for(in_acme.ada).get(f"/t/acme/risks/{page}?{query}").status_code == 200


# --- Light at any number of rows -------------------------------------------------------------------------------------


def test_pages_and_panels_ask_as_often_for_30_rows_as_for_3(in_acme: Acme, client_for: ClientFor) -> None:
    bought = customer(in_acme, owner=in_acme.rob)
    first = deal(in_acme, in_acme.rob, customer_id=bought.pk)
    pages = ["risks/", "risks/list/", "risks/panel/", f"deals/{first.pk}/risks/", f"customers/{bought.pk}/risks/"]
    eve = acting(in_acme, in_acme.eve)

    def asked(rows: int) -> dict[str, int]:
        for number in range(rows):
            owner = (in_acme.rob, in_acme.sam)[number % 2]
            values = RiskValues(f"R{number}", 1 + number % 3, deal_id=first.pk, owner_id=owner.pk)
            services.enter(actor=eve, values=values, at=clock.now())
        return {page: queries_of(client_for(in_acme.eve), f"/t/acme/{page}") for page in pages}

    few, many = asked(3), asked(27)
    assert few == many
    assert max(many.values()) <= 12


def test_the_page_of_a_fold_asks_at_most_twelve_times(in_acme: Acme, client_for: ClientFor) -> None:
    bought = customer(in_acme, owner=in_acme.rob)
    made = [deal(in_acme, in_acme.rob, customer_id=bought.pk) for _ in range(40)]
    night([finding(one) for one in made])
    fold = Risk.objects.get()
    client = client_for(in_acme.rob)
    assert queries_of(client, address(fold)) <= 12
    text = client.get(address(fold)).content.decode()
    assert all(f"/t/acme/deals/{one.pk}/" in text for one in made)
    assert "40 deals stand still" in text


def test_the_list_goes_on_by_key_and_loses_none(in_acme: Acme, client_for: ClientFor) -> None:
    rob = acting(in_acme, in_acme.rob)
    for number in range(60):
        services.enter(actor=rob, values=RiskValues(f"R{number}", 1 + number % 3), at=clock.now())
    client = client_for(in_acme.rob)
    first = client.get("/t/acme/risks/list/")
    second = client.get(f"/t/acme/risks/list/{first.context['next_url']}")
    shown = [row.title for page in (first, second) for row in page.context["rows"]]
    assert sorted(shown) == sorted(f"R{number}" for number in range(60))
    severities = [row.risk.severity for page in (first, second) for row in page.context["rows"]]
    assert severities == sorted(severities)


# --- Acting ----------------------------------------------------------------------------------------------------------


def test_acknowledged_planned_and_closed_in_the_browser(in_acme: Acme, client_for: ClientFor, risk: Risk) -> None:
    client = client_for(in_acme.rob)
    assert client.post(address(risk, "acknowledge/"), {"version": 1}).status_code == 303
    client.post(address(risk, "steps/"), {"text": "Call their buyer", "due_on": ""})
    step = RiskStep.objects.get()
    plan = client.post(address(risk, f"steps/{step.pk}/done/"), {"done": "1"}, headers=HTMX).content.decode()
    assert 'id="risk-work"' in plan
    assert "1 of 1 done" in plan
    risk.refresh_from_db()
    assert risk.state == State.MITIGATING
    form = client.get(address(risk, "close/"), headers=HTMX).content.decode()
    assert 'name="note"' in form
    client.post(address(risk, "close/"), {"version": risk.version, "note": "They signed."})
    text = client.get(address(risk)).content.decode()
    assert "They signed." in text
    assert "Open again" in text


def test_a_past_day_is_refused_beside_its_field_and_what_was_typed_is_kept(
    in_acme: Acme, client_for: ClientFor, risk: Risk
) -> None:
    sent = {"version": 1, "until": "2020-01-01", "reason": "Trade fair"}
    answer = client_for(in_acme.rob).post(address(risk, "mute/"), sent, headers=HTMX)
    assert answer.status_code == 422
    assert b"That day is past; nothing was muted." in answer.content
    assert b"Trade fair" in answer.content


def test_two_at_once_the_second_is_told(in_acme: Acme, client_for: ClientFor, risk: Risk) -> None:
    client_for(in_acme.rob).post(address(risk, "acknowledge/"), {"version": 1})
    answer = client_for(in_acme.max).post(address(risk, "mitigate/"), {"version": 1}, follow=True)
    assert "Somebody changed this risk meanwhile" in answer.content.decode()
    risk.refresh_from_db()
    assert risk.state == State.ACKNOWLEDGED


def test_entered_in_the_browser_about_a_deal(in_acme: Acme, client_for: ClientFor, risk: Risk) -> None:
    client = client_for(in_acme.rob)
    assert risk.deal is not None
    sent = {
        "title": "Price war",
        "severity": "1",
        "deal": risk.deal.reference,
        "customer": "",
        "note": "",
        "due_on": "",
    }
    answer = client.post("/t/acme/risks/new/", sent)
    made = Risk.objects.get(title="Price war")
    assert answer["Location"] == address(made)
    assert made.deal_id == risk.deal_id
    panel = client.get(f"/t/acme/deals/{risk.deal_id}/risks/", headers=HTMX).content.decode()
    assert "Price war" in panel
    assert 'id="panel-risks"' in panel


def test_a_deal_that_one_does_not_see_cannot_be_named(in_acme: Acme, client_for: ClientFor) -> None:
    sams = deal(in_acme, in_acme.sam)
    sent = {"title": "Price war", "severity": "1", "deal": sams.reference}
    answer = client_for(in_acme.rob).post("/t/acme/risks/new/", sent)
    assert answer.status_code == 422
    assert not Risk.objects.exists()


def test_what_is_watched_is_set_by_an_executive(in_acme: Acme, client_for: ClientFor) -> None:
    client = client_for(in_acme.eve)
    sent = {"version": 0, "enabled": "on", "severity": 3, "allowed": 14, "grave": 150}
    assert client.post("/t/acme/risks/settings/deal.stalled/", sent).status_code == 303
    kept = RiskSetting.objects.get()
    assert (kept.severity, kept.parameters) == (3, {"allowed": 14, "grave": 150})
    assert client.post("/t/acme/risks/settings/deal.stalled/", sent | {"allowed": 731}).status_code == 422
    assert client.get("/t/acme/risks/settings/no.such/").status_code == 404


def test_home_lists_ones_own_that_are_high_or_past_their_day(in_acme: Acme, client_for: ClientFor) -> None:
    from accounts.home.waiting import waiting_for  # noqa: PLC0415

    robs, ritas, sams = (deal(in_acme, owner) for owner in (in_acme.rob, in_acme.rita, in_acme.sam))
    night([finding(robs, grave=True), finding(ritas), finding(sams)])
    today = clock.today(in_acme.tenant.time_zone)

    def told(member: str) -> list[int]:
        found = waiting_for(acting(in_acme, in_acme.members[member]), today)
        urls = [one.url for one in found]
        return [one.deal_id for one in Risk.objects.order_by("pk") if address(one) in urls]

    assert told("rob") == [robs.pk]
    assert told("max") == [robs.pk, ritas.pk], "both are past their due day by now"
    assert told("eve") == []
