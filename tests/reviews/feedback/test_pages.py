from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from pipeline.contacts.models import Contact
from reviews.feedback import services
from reviews.feedback.models import FeedbackCase, State
from reviews.feedback.selectors import repeats
from reviews.feedback.trends import read_trends
from salesops.lib import clock
from tests.factories import Acme
from tests.pipeline.cast import acting, customer, deal, product
from tests.reviews.feedback.cast import NOON, answered, customer_of, resolved, said

pytestmark = pytest.mark.django_db
ClientFor = Callable[..., Client]
LIST = "/t/acme/feedback/"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def shown(client: Client, query: str = "") -> list[int]:
    """The cases of the list, in its order."""
    page = client.get(LIST + query).content.decode()
    return [int(key) for key in re.findall(r'data-row href="/t/acme/feedback/(\d+)/"', page)]


# --- The list ---------------------------------------------------------------------------------------------------------


def test_the_list_begins_with_what_is_due_first(in_acme: Acme, client_for: ClientFor) -> None:
    mild, grave = (said(in_acme, in_acme.rob, severity=severity) for severity in ("low", "critical"))
    done = resolved(in_acme, said(in_acme, in_acme.rob), in_acme.rob, after=HOUR)
    client = client_for(in_acme.rob)
    assert shown(client) == [grave.pk, mild.pk]
    assert shown(client, "?state=all") == [done.pk, grave.pk, mild.pk]
    assert shown(client, "?state=resolved") == [done.pk]


def test_filters_narrow_and_nonsense_is_left_out(in_acme: Acme, client_for: ClientFor) -> None:
    anvil = product(in_acme)
    ours = said(in_acme, in_acme.rob, severity="high", channel="call", product_id=anvil.pk)
    said(in_acme, in_acme.rita, severity="low", channel="email")
    client = client_for(in_acme.max)
    for query in (f"owner={in_acme.rob.pk}", "severity=high", "channel=call", f"product={anvil.pk}"):
        assert shown(client, f"?{query}") == [ours.pk], query
    assert len(shown(client, "?severity=dire&owner=me&product=99999999999999999999x&due_first=soon")) == 2
    assert shown(client, "?owner=99999999999999999999") == []


def test_overdue_is_what_nobody_has_answered(in_acme: Acme, client_for: ClientFor) -> None:
    now = clock.now()
    late = said(in_acme, in_acme.rob, severity="critical", received_at=now - DAY, at=now)
    said(in_acme, in_acme.rob, received_at=now - DAY, at=now)
    answered(in_acme, said(in_acme, in_acme.rob, severity="critical"), in_acme.rob, after=DAY)
    client = client_for(in_acme.rob)
    assert shown(client, "?state=overdue") == [late.pk]
    waiting = client.get(LIST).context["waiting"]
    assert (waiting.waiting, waiting.overdue, waiting.soon) == (2, 1, 0)


def test_each_sees_what_is_theirs(in_acme: Acme, client_for: ClientFor) -> None:
    case = said(in_acme, in_acme.rita, by=customer_of(in_acme, in_acme.rob))
    for who, sees in (("rob", True), ("rita", True), ("max", True), ("sam", False), ("mia", False), ("hana", True)):
        client = client_for(in_acme.members[who])
        assert shown(client) == ([case.pk] if sees else []), who
        assert client.get(f"{LIST}{case.pk}/").status_code == (200 if sees else 404), who


def test_a_long_list_is_turned_over_by_key(in_acme: Acme, client_for: ClientFor) -> None:
    cases = [said(in_acme, in_acme.rob, received_at=NOON + HOUR * index).pk for index in range(53)]
    client = client_for(in_acme.rob)
    first = client.get(LIST)
    assert shown(client) == cases[:50]
    assert shown(client, first.context["next_url"]) == cases[50:]


# --- Repeats and trends -----------------------------------------------------------------------------------------------


def test_the_same_again_is_the_same_product_within_90_days(in_acme: Acme) -> None:
    anvil, rope = product(in_acme), product(in_acme, "Rope")
    days = (0, 89, 178, 300)
    cases = [said(in_acme, in_acme.rob, product_id=anvil.pk, received_at=NOON + DAY * day) for day in days]
    other = said(in_acme, in_acme.rob, product_id=rope.pk, received_at=NOON + DAY)
    about_nothing = said(in_acme, in_acme.rob)
    found = repeats([*cases, other, about_nothing])
    assert found == {cases[0].pk: 0, cases[1].pk: 1, cases[2].pk: 1, cases[3].pk: 0, other.pk: 0}


def test_trends_add_up(in_acme: Acme, client_for: ClientFor) -> None:
    anvil = product(in_acme)
    for day, kind in ((0, "complaint"), (1, "praise"), (8, "complaint")):
        case = said(in_acme, in_acme.rob, product_id=anvil.pk, kind=kind, received_at=NOON - DAY * day)
        if day:
            case = resolved(in_acme, case, in_acme.rob, after=DAY * day / 2)
            services.rate(
                actor=in_acme.operator, case_id=case.pk, version=case.version, satisfaction=day % 5 + 1, at=NOON
            )
    trends = read_trends(acting(in_acme, in_acme.max), NOON, 13)
    assert [week.counts for week in trends.chart.weeks[-2:]] == [[1, 0, 0], [1, 0, 1]]
    assert trends.chart.weeks[-1].starts_on == date(2026, 3, 30)
    (share,) = trends.products
    assert (share.cases, share.complaints, share.satisfaction) == (3, 2, 3)
    assert share.in_time == pytest.approx(1 / 2), "one in time, one late, one not due yet"
    assert [(one.customer, one.product, one.cases) for one in trends.repeats] == [("Customer of Rob Rep", "Anvil", 3)]
    assert client_for(in_acme.max).get(f"{LIST}trends/?weeks=52").status_code == 200
    assert client_for(in_acme.max).get(f"{LIST}trends/?weeks=1000000").context["weeks"] == 26


# --- One case ---------------------------------------------------------------------------------------------------------


def test_log_from_the_customers_page(in_acme: Acme, client_for: ClientFor) -> None:
    buyer, client = customer_of(in_acme, in_acme.rob), client_for(in_acme.rob)
    lena = Contact.objects.create(customer=buyer, name="Lena Fischer", sort_name="lena fischer")
    address = f"{LIST}new/?customer={buyer.pk}"
    sent = {
        "text": "两台没有支架 <b>!",
        "kind": "complaint",
        "channel": "call",
        "severity": "high",
        "received_at": "2026-01-02T09:30",
        "contact": lena.pk,
        "rating": "3",
    }
    assert "Lena Fischer" in client.get(address).content.decode()
    assert client.post(address, sent).status_code == 303
    case = FeedbackCase.objects.get()
    assert (case.customer_id, case.contact_id, case.rating, case.owner_id) == (buyer.pk, lena.pk, 3, in_acme.rob.pk)
    assert case.received_at.isoformat() == "2026-01-02T14:30:00+00:00", "New York's half past nine"
    page = client.get(f"{LIST}{case.pk}/").content.decode()
    assert "两台没有支架 &lt;b&gt;!" in page
    assert "Lena Fischer" in page


def test_a_past_deadline_is_refused_and_what_was_typed_is_kept(in_acme: Acme, client_for: ClientFor) -> None:
    buyer, client = customer_of(in_acme, in_acme.rob), client_for(in_acme.rob)
    sent = {
        "text": "Too slow.",
        "kind": "complaint",
        "channel": "call",
        "severity": "high",
        "received_at": "2026-01-02T09:30",
        "due_at": "2026-01-03T09:30",
    }
    refused = client.post(f"{LIST}new/?customer={buyer.pk}", sent)
    assert refused.status_code == 422
    assert "This deadline has passed already" in refused.content.decode()
    assert "Too slow." in refused.content.decode()
    assert not FeedbackCase.objects.exists()


def test_log_for_a_customer_by_name(in_acme: Acme, client_for: ClientFor) -> None:
    customer(in_acme, "Initech", in_acme.sam)
    client = client_for(in_acme.rob)
    sent = {
        "text": "Fine.",
        "kind": "praise",
        "channel": "social",
        "severity": "low",
        "received_at": "2026-01-02T09:30",
    }
    unknown = client.post(f"{LIST}new/", sent | {"customer": "Initech"})
    assert unknown.status_code == 422, "another's customer is none"
    customer_of(in_acme, in_acme.rob)
    assert client.post(f"{LIST}new/", sent | {"customer": "Customer of Rob Rep"}).status_code == 303
    for query in ("customer=0x", "customer=99999999", "deal=1e3"):
        assert client.get(f"{LIST}new/?{query}").status_code == 404


def test_from_answer_to_satisfaction_in_the_browser(in_acme: Acme, client_for: ClientFor) -> None:
    case, client = said(in_acme, in_acme.rob), client_for(in_acme.rob)

    def act(action: str, **sent: object) -> int:
        address = f"{LIST}{case.pk}/{action}/"
        assert client.get(address).status_code == 200
        version = FeedbackCase.objects.get(pk=case.pk).version
        return client.post(address, {"version": version, **sent}).status_code

    assert act("answer", text="  ") == 422
    assert act("answer", text="They leave today.") == 303
    assert act("severity", severity="critical") == 303
    assert act("assign", owner=in_acme.rob.pk) == 303
    assert act("resolve", resolution="Delivered.") == 303
    assert act("rate", satisfaction="6") == 422
    assert act("rate", satisfaction="4") == 303
    assert act("reopen", reason="Again.") == 303
    case.refresh_from_db()
    assert (case.state, case.severity, case.satisfaction) == (State.OPEN, "critical", None)
    page = client.get(f"{LIST}{case.pk}/").content.decode()
    for words in ("They leave today.", "Delivered.", "Satisfaction 4 of 5", "Reopened, to be answered by"):
        assert words in page


def test_somebody_elses_answer_is_not_answered_again(in_acme: Acme, client_for: ClientFor) -> None:
    case = said(in_acme, in_acme.rob)
    answered(in_acme, case, in_acme.max, after=HOUR)
    late = client_for(in_acme.rob).post(f"{LIST}{case.pk}/answer/", {"version": 1, "text": "I too."})
    assert late.status_code == 422
    assert "Somebody changed this feedback meanwhile" in late.content.decode()
    assert "I too." in late.content.decode(), "what was typed is kept"


def test_the_admin_sets_the_response_times(in_acme: Acme, client_for: ClientFor) -> None:
    client, address = client_for(in_acme.ada), f"{LIST}response-times/"
    assert 'value="72"' in client.get(address).content.decode()
    sent = {"version": 0, "critical": 2, "high": 8, "normal": 24, "low": 48}
    assert client.post(address, sent | {"high": 30}).status_code == 422
    assert client.post(address, sent).status_code == 303
    assert said(in_acme, in_acme.rob).due_at == NOON + DAY


# --- On other pages ---------------------------------------------------------------------------------------------------


def test_the_customer_and_the_deal_show_what_was_said(in_acme: Acme, client_for: ClientFor) -> None:
    buyer, client = customer_of(in_acme, in_acme.rob), client_for(in_acme.rob)
    sale = deal(in_acme, in_acme.rob, customer_id=buyer.pk)
    for address in (f"/t/acme/customers/{buyer.pk}/feedback/", f"/t/acme/deals/{sale.pk}/feedback/"):
        assert "Nothing has been said yet" in client.get(address).content.decode()
    said(in_acme, in_acme.rob, deal_id=sale.pk)
    for address in (f"/t/acme/customers/{buyer.pk}/feedback/", f"/t/acme/deals/{sale.pk}/feedback/"):
        assert "without brackets" in client.get(address).content.decode()
    assert client_for(in_acme.sam).get(f"/t/acme/customers/{buyer.pk}/feedback/").status_code == 404


def test_the_home_panel_counts_what_waits(in_acme: Acme, client_for: ClientFor) -> None:
    now = clock.now()
    client = client_for(in_acme.max)
    assert "Nobody waits for an answer." in client.get(f"{LIST}panel/").content.decode()
    said(in_acme, in_acme.rob, severity="critical", received_at=now - DAY, at=now)
    body = client.get(f"{LIST}panel/").content.decode()
    assert "1 overdue" in body
    assert 'id="panel-feedback"' in body


def test_the_list_asks_no_more_with_more_rows(in_acme: Acme, client_for: ClientFor) -> None:
    anvil, client = product(in_acme), client_for(in_acme.max)

    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(f"{LIST}?state=all")
        return sum(not query["sql"].startswith(("SAVEPOINT", "RELEASE")) for query in asked)

    for __ in range(3):
        said(in_acme, in_acme.rob, product_id=anvil.pk)
    few = count()
    for __ in range(27):
        said(in_acme, in_acme.rita, product_id=anvil.pk)
    assert count() == few
