"""Stages as a company sets them, and the gates between them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.test import Client

from pipeline.board.totals import differing
from pipeline.deals import services as deals
from pipeline.deals.gates import GateClosed
from pipeline.deals.models import Deal, Stage, StageChange
from pipeline.deals.pages import stays
from pipeline.deals.stages import ensure_stages
from pipeline.stages import services
from pipeline.stages.services import StageValues
from salesops.lib.errors import DomainError
from tests.factories import Acme
from tests.pipeline.cast import TODAY, customer, deal

pytestmark = pytest.mark.django_db
ClientFor = Callable[..., Client]


def names(company: Acme) -> list[str]:
    return [stage.name for stage in ensure_stages(company.operator).every]


def with_gate(company: Acme, *criteria: str) -> tuple[Stage, Stage]:
    """The first two stages, the first with these exit criteria."""
    first, second = ensure_stages(company.operator).open[:2]
    values = replace(StageValues.of(first), exit_criteria=criteria, allowed_days=21)
    services.edit_stage(actor=company.operator, stage_id=first.pk, values=values)
    return first, second


def test_a_new_stage_comes_before_the_ends_and_moves_earlier(in_acme: Acme) -> None:
    added = services.add_stage(actor=in_acme.operator, values=StageValues("  Proposal ", 55, 21))
    assert names(in_acme) == ["Prospecting", "Engaging", "Proposal", "Won", "Lost"]
    services.move_stage(actor=in_acme.operator, stage_id=added.pk, step=-1)
    assert names(in_acme) == ["Prospecting", "Proposal", "Engaging", "Won", "Lost"]
    with pytest.raises(DomainError, match="changed meanwhile"):
        services.put_in_order(actor=in_acme.operator, stage_ids=[added.pk])


def test_a_stage_with_deals_goes_only_when_it_is_said_where_they_go(in_acme: Acme) -> None:
    first, second = ensure_stages(in_acme.operator).open
    made = deal(in_acme, in_acme.rob, amount=5)
    with pytest.raises(DomainError, match="Say which stage they go to") as refusal:
        services.remove_stage(actor=in_acme.operator, stage_id=first.pk, to_stage_id=None, as_of=TODAY)
    assert (refusal.value.code, refusal.value.field) == ("has_deals", "to_stage")
    services.remove_stage(actor=in_acme.operator, stage_id=first.pk, to_stage_id=second.pk, as_of=TODAY)
    made.refresh_from_db()
    assert (made.stage_id, made.version) == (second.pk, 2)
    assert [change.stage.name for change in made.changes.order_by("id")] == ["Prospecting", "Engaging"]
    assert names(in_acme) == ["Engaging", "Won", "Lost"]
    assert differing() == 0
    with pytest.raises(DomainError, match="at least one open stage"):
        services.remove_stage(actor=in_acme.operator, stage_id=second.pk, to_stage_id=None, as_of=TODAY)
    services.add_stage(actor=in_acme.operator, values=StageValues("Prospecting"))  # the name is free again


def test_a_move_past_a_gate_is_refused_until_what_it_asks_for_is_there(in_acme: Acme) -> None:
    _, second = with_gate(in_acme, "amount", "customer")
    made = deal(in_acme, in_acme.rob)
    asked = {"actor": in_acme.operator, "deal_id": made.pk, "version": 1, "as_of": TODAY}
    with pytest.raises(GateClosed, match="customer, amount") as refusal:
        deals.move_to_stage(stage_id=second.pk, **asked)
    assert refusal.value.missing == ("customer", "amount")
    filled = {"amount": 500, "customer_id": customer(in_acme).pk}
    moved = deals.move_to_stage(stage_id=second.pk, filled=filled, **asked)
    assert (moved.stage_id, moved.amount, moved.version) == (second.pk, 500, 2)


def test_nothing_is_asked_backwards_or_of_a_loss_and_a_stage_that_is_skipped_asks_too(in_acme: Acme) -> None:
    first, second = ensure_stages(in_acme.operator).open
    values = replace(StageValues.of(second), exit_criteria=("expected_on",))
    services.edit_stage(actor=in_acme.operator, stage_id=second.pk, values=values)
    made = deal(in_acme, in_acme.rob)
    with pytest.raises(GateClosed, match="expected to close on"):
        deals.win(actor=in_acme.operator, deal_id=made.pk, version=1, amount=1, closed_on=TODAY, as_of=TODAY)
    made = deals.move_to_stage(actor=in_acme.operator, deal_id=made.pk, version=1, stage_id=second.pk, as_of=TODAY)
    made = deals.move_to_stage(actor=in_acme.operator, deal_id=made.pk, version=2, stage_id=first.pk, as_of=TODAY)
    deals.lose(actor=in_acme.operator, deal_id=made.pk, version=3, closed_on=TODAY, reason="price", as_of=TODAY)


def test_a_loss_needs_a_reason_and_reopening_forgets_it(in_acme: Acme) -> None:
    made = deal(in_acme, in_acme.rob)
    asked = {"actor": in_acme.operator, "deal_id": made.pk, "as_of": TODAY}
    with pytest.raises(DomainError, match="Say why") as refusal:
        deals.lose(version=1, closed_on=TODAY, reason="", **asked)
    assert refusal.value.field == "reason"
    lost = deals.lose(version=1, closed_on=TODAY, reason="timing", note=" next  spring ", **asked)
    assert (lost.loss_reason, lost.loss_note) == ("timing", "next spring")
    reopened = deals.reopen(version=2, **asked)
    assert (reopened.loss_reason, reopened.loss_note) == ("", "")


def test_the_age_of_a_deal_counts_from_entering_its_stage(in_acme: Acme, client_for: ClientFor) -> None:
    first, second = with_gate(in_acme)
    made = deal(in_acme, in_acme.rob, amount=1)
    Deal.objects.filter(pk=made.pk).update(created_at="2020-01-01T00:00Z")
    day = TODAY + timedelta(days=20)
    moved = deals.move_to_stage(actor=in_acme.operator, deal_id=made.pk, version=1, stage_id=second.pk, as_of=day)
    found = stays(list(StageChange.objects.order_by("-id")), moved, day + timedelta(days=3))
    assert [(stay.change.stage_id, stay.days) for stay in found] == [(second.pk, 3), (first.pk, 20)]


def test_the_settings_page_adds_orders_and_removes(in_acme: Acme, client_for: ClientFor) -> None:
    client, url = client_for(in_acme.ada), "/t/acme/stages/"
    sent = {"name": "Proposal", "probability": 55, "forecast": "best_case", "exit_criteria": ["amount"]}
    assert client.post(f"{url}new/", sent).status_code == 303
    stage = Stage.objects.get(name="Proposal")
    client.post(f"{url}{stage.pk}/move/", {"step": "-1"})
    assert names(in_acme)[:3] == ["Prospecting", "Proposal", "Engaging"]
    taken = client.post(f"{url}{stage.pk}/edit/", sent | {"name": "Engaging"})
    assert taken.status_code == 422
    assert "There is already a stage named Engaging." in taken.content.decode()
    deal(in_acme, in_acme.rob)
    first = Stage.objects.get(name="Prospecting")
    assert client.post(f"{url}{first.pk}/remove/", {}).status_code == 422
    assert client.post(f"{url}{first.pk}/remove/", {"to_stage": stage.pk}).status_code == 303
    assert names(in_acme) == ["Proposal", "Engaging", "Won", "Lost"]
    assert b"The stage Prospecting has been removed." in client.get(url).content


def test_stages_over_rest(in_acme: Acme, client_for: ClientFor) -> None:
    client, url = client_for(in_acme.eve), "/t/acme/api/v1/stages/"
    ensure_stages(in_acme.operator)
    body = {"name": "Proposal", "probability": 55, "allowed_days": 21, "exit_criteria": ["amount"]}
    made = client.post(url, body, content_type="application/json", headers={"Idempotency-Key": "one"})
    again = client.post(url, body, content_type="application/json", headers={"Idempotency-Key": "one"})
    assert (made.status_code, again.json()) == (201, made.json())
    one = f"{url}{made.json()['id']}/"
    changed = client.put(
        one, json.dumps(body | {"probability": 60}), content_type="application/json", headers={"If-Match": made["ETag"]}
    )
    assert (changed.status_code, changed.json()["probability"]) == (200, 60)
    assert client.delete(one, headers={"If-Match": made["ETag"]}).status_code == 412
    assert client.delete(one, headers={"If-Match": changed["ETag"]}).status_code == 204
    assert client.get(one).status_code == 404


def test_a_move_past_a_gate_over_rest_names_what_is_missing(in_acme: Acme, client_for: ClientFor) -> None:
    _, second = with_gate(in_acme, "amount")
    made = deal(in_acme, in_acme.rob)
    client, url = client_for(in_acme.rob), f"/t/acme/api/v1/deals/{made.pk}/"
    etag = {"If-Match": client.get(url)["ETag"]}
    refused = client.post(f"{url}move/", {"stage": second.pk}, content_type="application/json", headers=etag)
    assert (refused.status_code, refused.json()["code"]) == (422, "gate")
    body = {"stage": second.pk, "filled": {"amount": "12.50"}}
    moved = client.post(f"{url}move/", body, content_type="application/json", headers=etag)
    assert (moved.json()["stage_id"], moved.json()["amount"]) == (second.pk, "12.50")
    assert date.fromisoformat(moved.json()["stage_since"])
