"""The board in Chromium: a card moved by mouse, keyboard and menu; the gate; two people at one card; a phone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest
from django.db import transaction
from playwright.sync_api import Locator, Page, expect

from accounts.tenancy.context import tenant_scope
from pipeline.deals.models import Deal
from pipeline.deals.stages import ensure_stages
from pipeline.stages.services import StageValues, edit_stage
from tests.factories import Acme, load_acme
from tests.pipeline.cast import customer, deal

pytestmark = pytest.mark.django_db(transaction=True)
Open = Callable[..., Page]
BOARD = "/t/acme/deals/board/"


@dataclass
class Pipeline:
    """Rob's two deals in Prospecting; Engaging asks for an amount before a deal leaves it."""

    acme: Acme
    globex: int
    hooli: int

    def stage_of(self, deal_id: int) -> str:
        with tenant_scope(self.acme.tenant.pk), transaction.atomic():
            return Deal.objects.select_related("stage").get(pk=deal_id).stage.name


@pytest.fixture
def pipeline() -> Pipeline:
    acme = load_acme()
    with tenant_scope(acme.tenant.pk), transaction.atomic():
        _, engaging = ensure_stages(acme.operator).open
        edit_stage(
            actor=acme.operator, stage_id=engaging.pk, values=StageValues("Engaging", 50, 30, exit_criteria=("amount",))
        )
        made = [
            deal(acme, acme.rob, customer_id=customer(acme, name, owner=acme.rob).pk, expected_on=date(2030, 1, day))
            for day, name in enumerate(("Globex", "Hooli"), start=1)
        ]
    return Pipeline(acme, made[0].pk, made[1].pk)


def lane(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name)


def card(page: Page, name: str) -> Locator:
    return page.locator(".kcard", has_text=name)


def in_lane(page: Page, name: str, stage: str) -> None:
    expect(lane(page, stage).locator(".kcard", has_text=name)).to_be_visible()


def test_a_card_is_dragged_to_the_next_column(pipeline: Pipeline, page_for: Open, axe: Callable[[Page], None]) -> None:
    page = page_for(pipeline.acme.rob, BOARD)
    axe(page)
    drag(page, "Globex", "Engaging")
    expect(lane(page, "Engaging").locator("h2 .n")).to_have_text("1")
    in_lane(page, "Globex", "Engaging")
    assert pipeline.stage_of(pipeline.globex) == "Engaging"


def drag(page: Page, name: str, stage: str) -> None:
    """In steps, as a hand does it: the library listens to the way, not only to its end."""
    start = card(page, name).locator(".prod").bounding_box()
    end = lane(page, stage).locator("[data-cards]").bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + 20, start["y"] + 5)
    page.mouse.down()
    page.mouse.move(start["x"] + 40, start["y"] + 10, steps=4)
    page.mouse.move(end["x"] + 60, end["y"] + 20, steps=12)
    page.mouse.move(end["x"] + 62, end["y"] + 24, steps=2)
    page.mouse.up()


def test_a_card_is_moved_by_the_keyboard_alone(pipeline: Pipeline, page_for: Open) -> None:
    page = page_for(pipeline.acme.rob, BOARD)
    card(page, "Globex").locator("[data-card]").focus()
    page.keyboard.press("ArrowDown")
    expect(card(page, "Hooli").locator("[data-card]")).to_be_focused()
    page.keyboard.press(" ")
    expect(page.locator("[data-board-says]")).to_contain_text("Picked up Hooli")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-board-says]")).to_have_text("Hooli over Engaging.")
    page.keyboard.press("Escape")
    in_lane(page, "Hooli", "Prospecting")
    page.keyboard.press(" ")
    page.keyboard.press("ArrowRight")
    page.keyboard.press(" ")
    expect(lane(page, "Engaging").locator("h2 .n")).to_have_text("1")
    expect(card(page, "Hooli").locator("[data-card]")).to_be_focused()
    assert pipeline.stage_of(pipeline.hooli) == "Engaging"


def test_the_gate_asks_the_same_from_the_menu_and_the_deals_page(
    pipeline: Pipeline, page_for: Open, axe: Callable[[Page], None]
) -> None:
    page = page_for(pipeline.acme.rob, BOARD)
    for name in ("Globex", "Hooli"):
        card(page, name).get_by_label(f"Move {name}").click()
        page.locator("#board-menu").get_by_role("button", name="Engaging").click()
        in_lane(page, name, "Engaging")
    card(page, "Globex").get_by_label("Move Globex").click()
    axe(page)
    page.locator("#board-menu").get_by_role("button", name="Won").click()
    dialog = page.locator("#move-dialog")
    expect(dialog.get_by_role("heading", name="Won")).to_be_visible()
    axe(page)
    dialog.get_by_label("Amount").fill("2500")
    dialog.get_by_role("button", name="Mark as won").click()
    expect(dialog).to_be_hidden()
    in_lane(page, "Globex", "Won")

    card(page, "Hooli").get_by_label("Move Hooli").click()
    page.locator("#board-menu").get_by_role("button", name="Lost").click()
    dialog.get_by_role("button", name="Mark as lost").click()
    expect(dialog.get_by_text("This field is required.")).to_be_visible()
    dialog.get_by_role("link", name="Cancel").click()
    in_lane(page, "Hooli", "Engaging")
    page.goto(f"/t/acme/deals/{pipeline.hooli}/")
    page.get_by_role("link", name="Lost").click()
    dialog.get_by_label("Why was it lost?").select_option("Price")
    dialog.get_by_role("button", name="Mark as lost").click()
    expect(page.get_by_text("Marked as lost.")).to_be_visible()
    assert (pipeline.stage_of(pipeline.globex), pipeline.stage_of(pipeline.hooli)) == ("Won", "Lost")


def test_a_closed_gate_puts_the_card_back_until_it_is_answered(pipeline: Pipeline, page_for: Open) -> None:
    with tenant_scope(pipeline.acme.tenant.pk), transaction.atomic():
        first = ensure_stages(pipeline.acme.operator).open[0]
        values = StageValues("Prospecting", 20, 21, exit_criteria=("amount",))
        edit_stage(actor=pipeline.acme.operator, stage_id=first.pk, values=values)
    page = page_for(pipeline.acme.rob, BOARD)
    drag(page, "Globex", "Engaging")
    dialog = page.locator("#move-dialog")
    expect(dialog.get_by_role("heading", name="Before it moves on")).to_be_visible()
    in_lane(page, "Globex", "Prospecting")
    dialog.get_by_label("Amount").fill("1,200")
    dialog.get_by_role("button", name="Save and move").click()
    in_lane(page, "Globex", "Engaging")
    expect(lane(page, "Engaging").locator(".sums b")).to_have_text("1,200")
    page.goto(f"/t/acme/deals/{pipeline.hooli}/")
    page.get_by_role("button", name="Engaging").click()
    dialog.get_by_label("Amount").fill("300")
    dialog.get_by_role("button", name="Save and move").click()
    expect(page.get_by_role("button", name="Prospecting")).to_be_visible()
    assert pipeline.stage_of(pipeline.hooli) == "Engaging"


def test_of_two_who_move_one_card_the_second_is_told_and_sees_the_firsts_move(
    pipeline: Pipeline, page_for: Open
) -> None:
    rob, max_ = page_for(pipeline.acme.rob, BOARD), page_for(pipeline.acme.max, BOARD)
    drag(rob, "Globex", "Engaging")
    expect(lane(rob, "Engaging").locator("h2 .n")).to_have_text("1")
    drag(max_, "Globex", "Lost")
    expect(max_.locator(".toast")).to_contain_text("Rob Rep changed this deal meanwhile (stage).")
    in_lane(max_, "Globex", "Engaging")
    assert pipeline.stage_of(pipeline.globex) == "Engaging"


def test_a_phone_shows_one_column_at_a_time(pipeline: Pipeline, page_for: Open, axe: Callable[[Page], None]) -> None:
    page = page_for(pipeline.acme.rob, BOARD, width=390, scheme="dark")
    expect(lane(page, "Prospecting")).to_be_visible()
    expect(lane(page, "Engaging")).to_be_hidden()
    page.get_by_role("navigation", name="Stage").get_by_role("link", name="Engaging").click()
    expect(lane(page, "Engaging")).to_be_visible()
    expect(lane(page, "Prospecting")).to_be_hidden()
    axe(page)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0
