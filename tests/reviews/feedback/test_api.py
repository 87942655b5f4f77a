from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from reviews.feedback.models import FeedbackCase
from tests.factories import Acme
from tests.reviews.feedback.cast import WORDS, customer_of, said

pytestmark = pytest.mark.django_db
ClientFor = Callable[..., Client]
API = "/t/acme/api/v1/feedback/"


def send(client: Client, path: str, body: dict[str, Any], **headers: str) -> Any:
    return client.post(API + path, body, content_type="application/json", headers=headers)


def new(acme: Acme, **values: Any) -> dict[str, Any]:
    usual = {"text": WORDS, "kind": "complaint", "channel": "call", "severity": "high"}
    return {"customer": customer_of(acme, acme.rob).pk, **usual, **values}


def test_a_case_sent_twice_is_logged_once(in_acme: Acme, client_for: ClientFor) -> None:
    client, body = client_for(in_acme.rob), new(in_acme)
    first, again = (send(client, "", body, **{"Idempotency-Key": "one"}) for __ in range(2))
    assert (first.status_code, again.status_code, first.json()["id"]) == (201, 201, again.json()["id"])
    assert FeedbackCase.objects.count() == 1
    assert first.json()["owner"] == in_acme.rob.pk
    assert [entry["kind"] for entry in first.json()["entries"]] == ["logged"]


def test_a_past_deadline_is_a_problem_with_its_field(in_acme: Acme, client_for: ClientFor) -> None:
    refused = send(client_for(in_acme.rob), "", new(in_acme, due_at="2020-01-01T00:00:00Z"))
    assert refused.status_code == 422
    assert "past_deadline" in refused.content.decode()
    assert not FeedbackCase.objects.exists()


def test_an_answer_needs_the_version_that_was_read(in_acme: Acme, client_for: ClientFor) -> None:
    case, client = said(in_acme, in_acme.rob), client_for(in_acme.rob)
    tag = client.get(f"{API}{case.pk}/")["ETag"]
    answer = {"text": "They leave today."}
    assert send(client, f"{case.pk}/answer/", answer).status_code == 428
    answered = send(client, f"{case.pk}/answer/", answer, **{"If-Match": tag})
    assert (answered.status_code, answered.json()["state"]) == (200, "answered")
    assert send(client, f"{case.pk}/answer/", answer, **{"If-Match": tag}).status_code == 412
    resolved = send(client, f"{case.pk}/resolve/", {"resolution": "Done."}, **{"If-Match": answered["ETag"]})
    assert resolved.json()["state"] == "resolved"


def test_put_right_what_was_written_down(in_acme: Acme, client_for: ClientFor) -> None:
    case, client = said(in_acme, in_acme.rob), client_for(in_acme.rob)
    tag = client.get(f"{API}{case.pk}/")["ETag"]
    sent = {"content_type": "application/json", "headers": {"If-Match": tag}}
    changed = client.patch(f"{API}{case.pk}/", {"rating": 2}, **sent)
    assert (changed.json()["rating"], changed.json()["text"]) == (2, WORDS)


def test_the_list_is_filtered_as_the_page_is(in_acme: Acme, client_for: ClientFor) -> None:
    grave, mild = (said(in_acme, in_acme.rob, severity=severity) for severity in ("critical", "low"))
    said(in_acme, in_acme.sam)
    client = client_for(in_acme.rob)
    assert [one["id"] for one in client.get(API).json()["results"]] == [mild.pk, grave.pk]
    assert [one["id"] for one in client.get(f"{API}?state=open").json()["results"]] == [grave.pk, mild.pk]
    assert [one["id"] for one in client.get(f"{API}?severity=low").json()["results"]] == [mild.pk]
    assert client_for(in_acme.hana).post(API, new(in_acme), content_type="application/json").status_code == 403
