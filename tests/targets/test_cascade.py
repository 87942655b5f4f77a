"""Setting, splitting and editing a target, in tables that can be checked by hand (whole dollars)."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.access.actor import Actor
from accounts.tenancy.context import tenant_scope
from salesops.lib.errors import DomainError, NotVisible
from targets.cascade.approval import approve, discard, new_version, same_targets, send_back, submit
from targets.cascade.models import TargetCell, TargetNode, TargetPlan
from targets.cascade.services import edit, lock, place_on, set_target, split, split_below, unlock
from tests.factories import Acme, Stranger
from tests.targets.conftest import LATE, amounts, left, node_of


def refused(call: Any, **arguments: Any) -> DomainError:
    with pytest.raises(DomainError) as caught:
        call(**arguments)
    return caught.value


def check_now() -> None:
    """Let the deferred rules speak now instead of at the commit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


# --- Setting and splitting -------------------------------------------------------------------------------------------


def test_a_new_target_is_all_left_to_place(draft: TargetPlan) -> None:
    assert amounts(draft) == {
        "Acme": 120_000,
        "East": 0,
        "West": 0,
        "North": 0,
        "South": 0,
        "Rita Rep": 0,
        "Rob Rep": 0,
        "Sam Rep": 0,
        "Sue Rep": 0,
    }
    assert left(draft) == {"Acme": 120_000}
    check_now()


def test_splitting_everything_below_by_last_quarters_share(placed: TargetPlan) -> None:
    assert amounts(placed) == {
        "Acme": 120_000,
        "East": 96_000,
        "West": 24_000,
        "North": 96_000,
        "South": 24_000,
        "Rita Rep": 24_000,
        "Rob Rep": 72_000,
        "Sam Rep": 24_000,
        "Sue Rep": 0,
    }
    assert left(placed) == {}
    check_now()


def test_splitting_one_node_leaves_what_is_below_to_place(eve: Actor, placed: TargetPlan) -> None:
    split(actor=eve, node=node_of(placed, "Acme"), method="evenly")
    assert {name: amounts(placed)[name] for name in ("East", "West", "North", "South")} == {
        "East": 60_000,
        "West": 60_000,
        "North": 96_000,
        "South": 24_000,
    }
    assert left(placed) == {"East": -36_000, "West": 36_000}
    check_now()


def test_weights_divide_by_largest_remainder_ties_to_the_first_name(eve: Actor, draft: TargetPlan) -> None:
    split_below(actor=eve, node=node_of(draft, "Acme"), method="evenly")
    edit(actor=eve, node=node_of(draft, "North"), amount=100_00)
    weights = {node_of(draft, "Rita Rep").pk: Fraction(1), node_of(draft, "Rob Rep").pk: Fraction(2)}
    split(actor=eve, node=node_of(draft, "North"), method="weights", weights=weights)
    assert (amounts(draft)["Rita Rep"], amounts(draft)["Rob Rep"]) == (33, 67)


@pytest.mark.parametrize("weights", [{}, {"Rita Rep": 0, "Rob Rep": 0}])
def test_weights_that_are_all_zero_are_refused_by_name(eve: Actor, placed: TargetPlan, weights: dict[str, int]) -> None:
    given = {node_of(placed, name).pk: Fraction(weight) for name, weight in weights.items()}
    error = refused(split, actor=eve, node=node_of(placed, "North"), method="weights", weights=given)
    assert (error.field, error.message) == (
        "weights",
        "All weights below North are zero, so there is nothing to split it by.",
    )
    assert amounts(placed)["Rob Rep"] == 72_000


def test_a_team_without_history_and_without_a_target_is_left_at_zero(eve: Actor, draft: TargetPlan) -> None:
    split(actor=eve, node=node_of(draft, "Acme"), method="weights", weights={node_of(draft, "East").pk: Fraction(1)})
    split_below(actor=eve, node=node_of(draft, "West"), method="last-period-share")
    assert left(draft) == {"East": 120_000}


# --- By hand ---------------------------------------------------------------------------------------------------------


def test_an_edit_follows_the_parents_months_and_leaves_the_difference_to_place(eve: Actor, placed: TargetPlan) -> None:
    edit(actor=eve, node=node_of(placed, "North"), amount=30_000_00, month=date(2017, 10, 1))
    done = edit(actor=eve, node=node_of(placed, "Rob Rep"), amount=47_000_00)
    assert (done.before, done.after) == (72_000_00, 47_000_00)
    months = TargetCell.objects.filter(node=done.node).order_by("month").values_list("amount", flat=True)
    assert list(months) == [15_000_00, 16_000_00, 16_000_00]
    assert left(placed) == {"East": 2_000, "North": 23_000}
    check_now()


def test_what_is_left_goes_to_the_unlocked_by_their_present_share(eve: Actor, placed: TargetPlan) -> None:
    edit(actor=eve, node=node_of(placed, "Rita Rep"), amount=24_000_00)
    edit(actor=eve, node=node_of(placed, "Rob Rep"), amount=36_000_00)
    split(actor=eve, node=node_of(placed, "North"), method="present-share")
    assert (amounts(placed)["Rita Rep"], amounts(placed)["Rob Rep"]) == (38_400, 57_600)
    assert left(placed) == {}


def test_or_to_one_rep(eve: Actor, placed: TargetPlan) -> None:
    edit(actor=eve, node=node_of(placed, "Rob Rep"), amount=60_000_00)
    place_on(actor=eve, node=node_of(placed, "Rita Rep"))
    assert (amounts(placed)["Rita Rep"], left(placed)) == (36_000, {})
    edit(actor=eve, node=node_of(placed, "Rob Rep"), amount=200_000_00)
    assert left(placed) == {"North": -140_000}
    error = refused(place_on, actor=eve, node=node_of(placed, "Rita Rep"))
    assert error.message == "Rita Rep does not have enough to take off what is too much."


def test_a_locked_child_keeps_its_amount_through_a_split(eve: Actor, placed: TargetPlan) -> None:
    lock(actor=eve, node=node_of(placed, "Rob Rep"))
    edit(actor=eve, node=node_of(placed, "North"), amount=100_000_00)
    split(actor=eve, node=node_of(placed, "North"), method="evenly")
    assert (amounts(placed)["Rita Rep"], amounts(placed)["Rob Rep"]) == (28_000, 72_000)
    assert refused(edit, actor=eve, node=node_of(placed, "Rob Rep"), amount=1).code == "locked"
    edit(actor=eve, node=node_of(placed, "North"), amount=50_000_00)
    assert refused(split, actor=eve, node=node_of(placed, "North"), method="evenly").code == "locked_exceed"
    unlock(actor=eve, node=node_of(placed, "Rob Rep"))
    split(actor=eve, node=node_of(placed, "North"), method="evenly")
    assert (amounts(placed)["Rita Rep"], amounts(placed)["Rob Rep"]) == (25_000, 25_000)


def test_a_locked_region_keeps_what_is_below_it(eve: Actor, placed: TargetPlan) -> None:
    lock(actor=eve, node=node_of(placed, "East"))
    split_below(actor=eve, node=node_of(placed, "Acme"), method="evenly")
    assert amounts(placed)["Rob Rep"] == 72_000
    assert (amounts(placed)["Sam Rep"], amounts(placed)["Sue Rep"]) == (12_000, 12_000)


def test_everything_locked_is_refused(eve: Actor, placed: TargetPlan) -> None:
    for name in ("Rita Rep", "Rob Rep"):
        lock(actor=eve, node=node_of(placed, name))
    assert refused(split, actor=eve, node=node_of(placed, "North"), method="evenly").code == "all_locked"


def test_other_refusals(eve: Actor, placed: TargetPlan) -> None:
    assert refused(edit, actor=eve, node=node_of(placed, "North"), amount=-1).field == "amount"
    assert refused(edit, actor=eve, node=node_of(placed, "North"), amount=1, month=date(2017, 9, 1)).field == "month"
    assert refused(split, actor=eve, node=node_of(placed, "Rob Rep"), method="evenly").code == "leaf"
    assert refused(split, actor=eve, node=node_of(placed, "North"), method="by magic").field == "method"
    again = refused(set_target, actor=eve, metric="bookings", period="2017-Q4", amount=100, step=100)
    assert again.code == "open_version"


def test_a_change_behind_ones_back_is_refused(eve: Actor, placed: TargetPlan) -> None:
    seen = placed.version
    edit(actor=eve, node=node_of(placed, "North"), amount=100_000_00, version=seen)
    assert refused(edit, actor=eve, node=node_of(placed, "North"), amount=1, version=seen).code == "stale"


# --- Approval --------------------------------------------------------------------------------------------------------


def test_another_executive_approves(eve: Actor, erik: Actor, placed: TargetPlan) -> None:
    submit(actor=eve, plan=placed, as_of=LATE)
    assert refused(edit, actor=eve, node=node_of(placed, "North"), amount=1).code == "not_draft"
    assert refused(approve, actor=eve, plan=placed, as_of=LATE).code == "own_plan"
    approved = approve(actor=erik, plan=placed, as_of=LATE)
    assert (approved.state, approved.approver_id, approved.approved_at) == ("approved", erik.user_id, LATE)
    assert refused(approve, actor=erik, plan=placed, as_of=LATE).code == "not_submitted"


def test_the_submitter_does_not_approve_either(eve: Actor, erik: Actor, placed: TargetPlan) -> None:
    submit(actor=erik, plan=placed, as_of=LATE)
    assert refused(approve, actor=erik, plan=placed, as_of=LATE).code == "own_plan"
    send_back(actor=erik, plan=placed)
    assert TargetPlan.objects.get(pk=placed.pk).state == "draft"


def test_whoever_sets_the_company_anew_is_its_setter(eve: Actor, erik: Actor, placed: TargetPlan) -> None:
    edit(actor=erik, node=node_of(placed, "Acme"), amount=130_000_00)
    assert TargetPlan.objects.get(pk=placed.pk).setter_id == erik.user_id


def test_nobody_approves_a_plan_with_the_own_target(booked: Acme, eve: Actor, erik: Actor, placed: TargetPlan) -> None:
    booked.rob.roles = ["executive", "rep"]
    booked.rob.save()
    submit(actor=eve, plan=placed, as_of=LATE)
    assert refused(approve, actor=Actor(booked.tenant, booked.rob), plan=placed, as_of=LATE).code == "own_target"


def test_what_is_not_placed_is_not_submitted(eve: Actor, placed: TargetPlan) -> None:
    edit(actor=eve, node=node_of(placed, "Rob Rep"), amount=60_000_00)
    error = refused(submit, actor=eve, plan=placed, as_of=LATE)
    assert error.message == "North is not fully placed yet; what is left to place must be 0 everywhere."


@pytest.mark.parametrize("name", ["max", "rob", "hana"])
def test_only_executives_and_admins_set(booked: Acme, placed: TargetPlan, name: str) -> None:
    actor = Actor(booked.tenant, booked.members[name])
    assert refused(edit, actor=actor, node=node_of(placed, "North"), amount=1).code == "forbidden"
    assert refused(send_back, actor=actor, plan=placed).code == "forbidden"


def test_a_new_version_copies_the_approved_one(eve: Actor, erik: Actor, placed: TargetPlan) -> None:
    submit(actor=eve, plan=placed, as_of=LATE)
    approve(actor=erik, plan=placed, as_of=LATE)
    second = new_version(actor=eve, plan=placed)
    assert (second.number, second.state, same_targets(placed, second)) == (2, "draft", True)
    assert refused(new_version, actor=eve, plan=placed).code == "open_version"
    edit(actor=eve, node=node_of(second, "Rob Rep"), amount=0)
    assert not same_targets(placed, second)
    discard(actor=eve, plan=second)
    check_now()
    assert TargetPlan.objects.count() == 1


def test_a_strangers_plan_does_not_exist(placed: TargetPlan, stranger: Stranger, actor_for: Any) -> None:
    node = node_of(placed, "North")
    with tenant_scope(stranger.tenant.pk):
        outsider = actor_for(stranger.executive)
        for call in (
            lambda: edit(actor=outsider, node=node, amount=1),
            lambda: split(actor=outsider, node=node, method="evenly"),
            lambda: submit(actor=outsider, plan=placed, as_of=LATE),
            lambda: approve(actor=outsider, plan=placed, as_of=LATE),
            lambda: new_version(actor=outsider, plan=placed),
        ):
            with pytest.raises(NotVisible):
                call()


# --- The database's own rules ----------------------------------------------------------------------------------------


OCTOBER = date(2017, 10, 1)


def give_rob_too_much() -> None:
    TargetCell.objects.filter(node__name="Rob Rep", month=OCTOBER).update(amount=10**9)


def say_more_is_left() -> None:
    TargetCell.objects.filter(node__name="North", month=OCTOBER).update(unassigned=1)


def leave_rob_out() -> None:
    TargetCell.objects.filter(node__name="Rob Rep").delete()
    TargetNode.objects.filter(name="Rob Rep").delete()


def hang_rob_elsewhere() -> None:
    TargetNode.objects.filter(name="Rob Rep").update(parent=TargetNode.objects.get(name="South"))


@transaction.atomic
def commit_outside_the_tenant(change: Any) -> None:
    change()
    with tenant_scope(None):
        check_now()


@pytest.mark.parametrize("change", [give_rob_too_much, say_more_is_left, leave_rob_out, hang_rob_elsewhere])
def test_the_database_refuses_children_that_do_not_add_up(placed: TargetPlan, change: Any) -> None:
    with pytest.raises(IntegrityError, match="do not add up"):
        commit_outside_the_tenant(change)


@pytest.mark.parametrize(
    "change",
    [
        lambda: TargetCell.objects.update(amount=1),
        lambda: TargetCell.objects.all().delete(),
        lambda: TargetNode.objects.update(locked=True),
        lambda: TargetPlan.objects.update(step=1),
        lambda: TargetPlan.objects.update(state="draft"),
        lambda: TargetPlan.objects.all().delete(),
    ],
)
def test_the_database_keeps_approved_targets_as_they_are(
    eve: Actor, erik: Actor, placed: TargetPlan, change: Any
) -> None:
    submit(actor=eve, plan=placed, as_of=LATE)
    approve(actor=erik, plan=placed, as_of=LATE)
    with pytest.raises(IntegrityError, match="is approved"), transaction.atomic():
        change()


def test_the_database_refuses_an_approver_who_is_the_setter(eve: Actor, placed: TargetPlan) -> None:
    with pytest.raises(IntegrityError, match="approver_not_setter"), transaction.atomic():
        TargetPlan.objects.update(approver=eve.user_id, state="approved")


def test_the_database_refuses_to_approve_what_is_not_placed(draft: TargetPlan) -> None:
    with pytest.raises(IntegrityError, match="not placed"), transaction.atomic():
        TargetPlan.objects.update(state="approved")
