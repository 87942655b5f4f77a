"""Who shares in a deal may read it, whichever team it belongs to; nobody else may by that, and nobody may change it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.people.models import Member
from pipeline.deals.composition import set_splits
from pipeline.deals.models import Deal
from pipeline.deals.splitting import SplitValues
from tests.factories import Acme
from tests.pipeline.cast import TODAY, customer, deal

pytestmark = pytest.mark.django_db
ClientFor = Callable[..., Client]


def shared(company: Acme, kind: str, *others: Member) -> Deal:
    """Rob's deal, with these in it."""
    buyer = customer(company, f"Globex {len(others)} {Deal.objects.count()}", company.rob)
    made = deal(company, company.rob, amount=100_00, customer_id=buyer.pk)
    parts = [SplitValues(one.pk, 100_000, kind) for one in others]
    left = 1_000_000 - (100_000 * len(parts) if kind == "direct" else 0)
    values = [SplitValues(company.rob.pk, left), *parts] if parts else []
    return set_splits(actor=company.operator, deal_id=made.pk, version=made.version, splits=values, as_of=TODAY)


def seen(client: Client, made: Deal) -> dict[str, bool]:
    """Where the deal shows itself, by address and in lists."""
    base = f"/t/acme/deals/{made.pk}"
    api = client.get("/t/acme/api/v1/deals/").json()["results"]
    return {
        "page": client.get(f"{base}/").status_code == 200,
        "api": client.get(f"/t/acme/api/v1/deals/{made.pk}/").status_code == 200,
        "lines": client.get(f"/t/acme/api/v1/deals/{made.pk}/lines/").status_code == 200,
        "list": f"deals/{made.pk}/" in client.get("/t/acme/deals/").content.decode(),
        "api list": made.pk in [one["id"] for one in api],
        "found": f"deals/{made.pk}/" in client.get("/t/acme/search/", {"q": made.reference}).content.decode(),
    }


@pytest.mark.parametrize("kind", ["direct", "overlay"])
def test_a_participant_of_another_team_sees_that_deal_and_no_other(
    in_acme: Acme, client_for: ClientFor, kind: str
) -> None:
    made, other = shared(in_acme, kind, in_acme.sam), shared(in_acme, kind, in_acme.rita)
    sam = client_for(in_acme.sam)
    assert set(seen(sam, made).values()) == {True}
    assert set(seen(sam, other).values()) == {False}
    assert set(seen(client_for(in_acme.sue), made).values()) == {False}, "of Sam's team, but not in the deal"


def test_it_ends_with_the_share(in_acme: Acme, client_for: ClientFor) -> None:
    made = shared(in_acme, "overlay", in_acme.sam)
    client = client_for(in_acme.sam)
    assert client.get(f"/t/acme/deals/{made.pk}/").status_code == 200
    set_splits(actor=in_acme.operator, deal_id=made.pk, version=made.version, splits=[], as_of=TODAY)
    assert set(seen(client, made).values()) == {False}


def test_a_participant_changes_nothing(in_acme: Acme, client_for: ClientFor) -> None:
    made = shared(in_acme, "direct", in_acme.sam)
    client, base = client_for(in_acme.sam), f"/t/acme/deals/{made.pk}"
    page = client.get(f"{base}/").content.decode()
    assert f"{base}/edit/" not in page
    assert f"customers/{made.customer_id}/" not in page, "to share in a deal does not open its customer"
    for path in ("edit/", "move/", "win/", "lose/", "reopen/", "lines/", "splits/", "log/"):
        answer = client.post(f"{base}/{path}", {"version": made.version, "stage": made.stage_id})
        assert answer.status_code == 404, path
    etag = client.get(f"/t/acme/api/v1/deals/{made.pk}/")["ETag"]
    sent = {"content_type": "application/json", "headers": {"If-Match": etag}}
    assert client.patch(f"/t/acme/api/v1/deals/{made.pk}/", '{"title": "mine"}', **sent).status_code == 404
    assert client.put(f"/t/acme/api/v1/deals/{made.pk}/splits/", '{"splits": []}', **sent).status_code == 404
    activity = {"kind": "note", "text": "x", "deal": made.pk}
    logged = client.post("/t/acme/api/v1/activities/", activity, content_type="application/json")
    assert logged.status_code in {404, 422}
    made.refresh_from_db()
    assert (made.title, made.last_activity_on, made.splits.count()) == ("", None, 2)


def test_every_panel_of_the_page_opens_for_a_participant(in_acme: Acme, client_for: ClientFor) -> None:
    made = shared(in_acme, "overlay", in_acme.sam)
    client = client_for(in_acme.sam)
    page = client.get(f"/t/acme/deals/{made.pk}/").content.decode()
    shown = {one.partition('"')[0] for one in page.split('hx-get="')[1:]}
    panels = {one for one in shown if f"/{made.pk}/" in one}
    assert panels
    assert {one: client.get(one).status_code for one in panels if client.get(one).status_code != 200} == {}
