"""Reviews over REST: the same rules, with versions and idempotency."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.people.models import Member
from reviews.cycles.models import ReviewCycle
from salesops.lib import clock
from tests.factories import Acme
from tests.reviews.cast import NOON, entries, kpi, review_of, scorecard

ClientFor = Callable[[Member], Client]


@pytest.fixture(autouse=True)
def in_november(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOON)
    monkeypatch.setattr(clock, "today", lambda time_zone: NOON.date())


def send(client: Client, method: str, name: str, *args: object, body: Any = None, **headers: str) -> Any:
    path = reverse(name, args=["acme", *args])
    return client.generic(method, path, json.dumps(body), content_type="application/json", headers=headers)


def test_the_whole_way_over_rest(october, in_acme: Acme, client_for: ClientFor):
    review = review_of(in_acme.rob)
    by_hand = [{"item": item, "value": str(entry.value)} for item, entry in entries(review).items()]

    def step(member: Member, name: str, body: dict[str, Any]) -> Any:
        client = client_for(member)
        tag = send(client, "GET", "api_review_detail", review.pk)["ETag"]
        return send(client, "POST", name, review.pk, body=body, **{"If-Match": tag})

    step(in_acme.rob, "api_review_self", {"comment": "Fine.", "entries": by_hand, "submit": True})
    shared = step(in_acme.max, "api_review_manager", {"comment": "Well.", "entries": by_hand, "submit": True})
    signed = step(in_acme.rob, "api_review_sign", {"agreement": "agree"})

    assert shared.json()["score"] == "69.75"
    assert (signed.status_code, signed.json()["state"]) == (200, "done")
    assert signed.json()["explanation"][-1] == "Rounded once, half up: 69.75"


def test_an_edit_names_the_version_it_has_read(october, in_acme: Acme, client_for: ClientFor):
    rob, review = client_for(in_acme.rob), review_of(in_acme.rob)
    old = send(rob, "GET", "api_review_detail", review.pk)["ETag"]
    first = send(rob, "POST", "api_review_self", review.pk, body={"comment": "One"}, **{"If-Match": old})
    second = send(rob, "POST", "api_review_self", review.pk, body={"comment": "Two"}, **{"If-Match": old})

    assert (first.status_code, second.status_code) == (200, 412)
    assert review_of(in_acme.rob).self_comment == "One"


def test_a_cycle_sent_twice_is_started_once(in_acme: Acme, client_for: ClientFor):
    body = {
        "name": "October",
        "period": "2017-10",
        "self_due": "2017-11-08",
        "manager_due": "2017-11-15",
        "sign_due": "2017-11-22",
        "scorecards": [scorecard(in_acme).scorecard_id],
    }
    hana = client_for(in_acme.hana)
    answers = [
        send(hana, "POST", "api_review_cycle_list", body=body, **{"Idempotency-Key": "one"}).status_code for _ in "ab"
    ]

    assert answers == [201, 201]
    assert ReviewCycle.objects.count() == 1


def test_weights_of_99_are_a_problem_document(in_acme: Acme, client_for: ClientFor):
    spirit = kpi(in_acme, "team-spirit")
    item = {"kpi": spirit.pk, "dimension": "teamwork", "weight": "99", "floor": "1", "target": "5"}
    body = {"code": "card", "names": {"en": "Card"}, "items": [item]}
    answer = send(client_for(in_acme.hana), "POST", "api_scorecard_list", body=body)

    assert answer.status_code == 422
    assert "99" in answer.content.decode()


def test_a_kpi_is_changed_by_what_is_sent(in_acme: Acme, client_for: ClientFor):
    spirit, hana = kpi(in_acme, "team-spirit"), client_for(in_acme.hana)
    tag = send(hana, "GET", "api_kpi_detail", spirit.pk)["ETag"]
    changed = send(hana, "PATCH", "api_kpi_detail", spirit.pk, body={"retired": True}, **{"If-Match": tag})

    assert changed.json()["retired"] is True
    assert changed.json()["names"] == {"en": "Team-Spirit"}
