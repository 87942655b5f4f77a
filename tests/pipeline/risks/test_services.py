"""What people do about risks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from accounts.access.actor import Actor
from accounts.audit.models import AuditEntry
from accounts.people.models import Member
from pipeline.risks import services
from pipeline.risks.models import ENTERED, Risk, RiskEvent
from pipeline.risks.registry import Severity
from pipeline.risks.selectors import RiskFilter, find_risks, open_risks_of_deals
from pipeline.risks.services import RiskValues
from salesops.lib.errors import DomainError, NotVisible
from tests.factories import Acme
from tests.pipeline.cast import customer, deal
from tests.pipeline.risks.cast import MONDAY, after, at, finding, night, only_risk

pytestmark = pytest.mark.django_db
State, What = Risk.State, RiskEvent.What
ActorFor = Callable[[Member], Actor]


@pytest.fixture
def risk(in_acme: Acme) -> Risk:
    """Rob's stalled deal."""
    night([finding(deal(in_acme, in_acme.rob))])
    return only_risk()


@pytest.fixture
def rob(in_acme: Acme, actor_for: ActorFor) -> Actor:
    return actor_for(in_acme.rob)


def code_of(call: Callable[..., object], **arguments: object) -> tuple[str, str | None]:
    with pytest.raises(DomainError) as refused:
        call(**arguments)
    return refused.value.code, refused.value.field


def test_acknowledged_mitigated_and_closed_with_a_note_each_kept_in_its_history(rob: Actor, risk: Risk) -> None:
    services.acknowledge(actor=rob, risk_id=risk.pk, version=1, at=at(MONDAY))
    services.mitigate(actor=rob, risk_id=risk.pk, version=2, at=at(MONDAY))
    closed = services.close(actor=rob, risk_id=risk.pk, version=3, note="  They  signed ", at=at(after(1)))
    assert (closed.state, closed.closed_on, closed.close_note) == (State.CLOSED, after(1), "They signed")
    told = RiskEvent.objects.order_by("id").values_list("what", "actor")
    assert list(told) == [
        ("raised", None),
        *((what, rob.member.pk) for what in ("acknowledged", "mitigating", "closed")),
    ]  # type: ignore[union-attr]
    assert AuditEntry.objects.filter(action__startswith="risk.", subject=f"pipeline.risk:{risk.pk}").count() == 3


def test_closing_needs_a_reason(rob: Actor, risk: Risk) -> None:
    asked = {"actor": rob, "risk_id": risk.pk, "version": 1, "note": " ", "at": at(MONDAY)}
    assert code_of(services.close, **asked) == ("required", "note")


def test_what_has_changed_meanwhile_is_not_overwritten(rob: Actor, risk: Risk) -> None:
    services.acknowledge(actor=rob, risk_id=risk.pk, version=1, at=at(MONDAY))
    assert code_of(services.mitigate, actor=rob, risk_id=risk.pk, version=1, at=at(MONDAY)) == ("conflict", None)


def test_muted_to_a_day_it_leaves_the_board_and_comes_back_after_it(rob: Actor, risk: Risk) -> None:
    services.mute(actor=rob, risk_id=risk.pk, version=1, until=after(2), reason="Trade fair", at=at(MONDAY))
    assert not find_risks(rob, MONDAY, RiskFilter()).exists()
    night([finding(risk.deal)], after(3))  # type: ignore[arg-type]
    assert find_risks(rob, after(3), RiskFilter()).count() == 1


@pytest.mark.parametrize(
    ("until", "reason", "refused"),
    [
        (after(-1), "Fair", ("past", "until")),
        (after(400), "Fair", ("too_far", "until")),
        (date(9999, 1, 1), "Fair", ("bad_date", "until")),
        (after(3), " ", ("required", "reason")),
    ],
)
def test_a_past_day_one_too_far_and_no_reason_are_refused(
    rob: Actor, risk: Risk, until: date, reason: str, refused: tuple[str, str]
) -> None:
    asked = {"actor": rob, "risk_id": risk.pk, "version": 1, "until": until, "reason": reason, "at": at(MONDAY)}
    assert code_of(services.mute, **asked) == refused
    assert only_risk().state == State.OPEN


def test_today_is_no_past_day(rob: Actor, risk: Risk) -> None:
    services.mute(actor=rob, risk_id=risk.pk, version=1, until=MONDAY, reason="Today only", at=at(MONDAY))
    assert only_risk().state == State.MUTED


def test_muted_or_closed_by_hand_it_can_be_opened_again(rob: Actor, risk: Risk) -> None:
    services.mute(actor=rob, risk_id=risk.pk, version=1, until=after(9), reason="Fair", at=at(MONDAY))
    services.reopen(actor=rob, risk_id=risk.pk, version=2, at=at(MONDAY))
    services.close(actor=rob, risk_id=risk.pk, version=3, note="Signed", at=at(MONDAY))
    services.reopen(actor=rob, risk_id=risk.pk, version=4, at=at(MONDAY))
    assert (only_risk().state, only_risk().closed_on, only_risk().close_note) == (State.OPEN, None, "")


def test_what_closed_by_itself_comes_back_by_itself_only(rob: Actor, risk: Risk) -> None:
    night([], after(1))
    assert code_of(services.reopen, actor=rob, risk_id=risk.pk, version=2, at=at(after(1))) == ("cause_gone", None)


# --- The plan of response --------------------------------------------------------------------------------------------


def test_the_first_step_begins_the_mitigation_and_a_step_is_done_and_undone(rob: Actor, risk: Risk) -> None:
    step = services.add_step(actor=rob, risk_id=risk.pk, text="Call their buyer", due_on=after(2), at=at(MONDAY))
    assert only_risk().state == State.MITIGATING
    for done in (True, True, False):
        services.set_step(actor=rob, risk_id=risk.pk, step_id=step.pk, done=done, at=at(after(1)))
    step.refresh_from_db()
    assert (step.done_on, step.done_by_id) == (None, None)
    told = list(RiskEvent.objects.exclude(what="raised").order_by("id").values_list("what", flat=True))
    assert told == [What.STEP, What.STEP_DONE, What.STEP_UNDONE]


def test_a_step_has_words_and_no_past_day(rob: Actor, risk: Risk) -> None:
    asked = {"actor": rob, "risk_id": risk.pk, "at": at(MONDAY)}
    assert code_of(services.add_step, text=" ", due_on=None, **asked) == ("required", "text")
    assert code_of(services.add_step, text="Call", due_on=after(-1), **asked) == ("past", "due_on")
    assert code_of(services.add_step, text="x" * 201, due_on=None, **asked) == ("too_long", "text")


def test_the_plan_of_a_closed_risk_is_left_as_it_is(rob: Actor, risk: Risk) -> None:
    step = services.add_step(actor=rob, risk_id=risk.pk, text="Call", due_on=None, at=at(MONDAY))
    services.close(actor=rob, risk_id=risk.pk, version=2, note="Signed", at=at(MONDAY))
    asked = {"actor": rob, "risk_id": risk.pk, "at": at(MONDAY)}
    assert code_of(services.add_step, text="Call again", due_on=None, **asked)[0] == "is_closed"
    assert code_of(services.set_step, step_id=step.pk, done=True, **asked)[0] == "is_closed"
    assert code_of(services.remove_step, step_id=step.pk, **asked)[0] == "is_closed"


# --- By whom ---------------------------------------------------------------------------------------------------------


def test_a_manager_acts_for_the_own_people_and_nobody_for_another_team(
    in_acme: Acme, actor_for: ActorFor, risk: Risk
) -> None:
    services.acknowledge(actor=actor_for(in_acme.max), risk_id=risk.pk, version=1, at=at(MONDAY))
    for stranger in (in_acme.mia, in_acme.sam, in_acme.rita):
        with pytest.raises(NotVisible):
            services.close(actor=actor_for(stranger), risk_id=risk.pk, version=2, note="Mine now", at=at(MONDAY))
        with pytest.raises(NotVisible):
            services.add_step(actor=actor_for(stranger), risk_id=risk.pk, text="Call", due_on=None, at=at(MONDAY))
    assert code_of(
        services.close, actor=actor_for(in_acme.hana), risk_id=risk.pk, version=2, note="HR", at=at(MONDAY)
    ) == ("forbidden", None)


def test_a_step_of_another_risk_is_not_reached_through_this_one(in_acme: Acme, rob: Actor, risk: Risk) -> None:
    other = services.enter(actor=rob, values=RiskValues("Budget", 2), at=at(MONDAY))
    step = services.add_step(actor=rob, risk_id=other.pk, text="Ask", due_on=None, at=at(MONDAY))
    with pytest.raises(NotVisible):
        services.set_step(actor=rob, risk_id=risk.pk, step_id=step.pk, done=True, at=at(MONDAY))


# --- Entered by hand -------------------------------------------------------------------------------------------------


def test_entered_by_hand_it_belongs_to_whoever_owns_what_it_is_about(
    in_acme: Acme, actor_for: ActorFor, rob: Actor
) -> None:
    max_ = actor_for(in_acme.max)
    bought = customer(in_acme, owner=in_acme.rita)
    made = deal(in_acme, in_acme.rob, customer_id=bought.pk)
    about_deal = services.enter(actor=max_, values=RiskValues("Price war", 1, deal_id=made.pk), at=at(MONDAY))
    about_customer = services.enter(
        actor=max_, values=RiskValues("Buyer leaves", 2, customer_id=bought.pk), at=at(MONDAY)
    )
    about_nothing = services.enter(actor=max_, values=RiskValues("New tax", 3), at=at(MONDAY))
    owners = [one.owner_id for one in (about_deal, about_customer, about_nothing)]
    assert owners == [in_acme.rob.pk, in_acme.rita.pk, in_acme.max.pk]
    assert (about_deal.customer_id, about_deal.due_on, about_deal.kind) == (bought.pk, after(3), ENTERED)


def test_what_one_does_not_see_cannot_be_named(in_acme: Acme, rob: Actor) -> None:
    others_customer, others_deal = customer(in_acme, owner=in_acme.sam), deal(in_acme, in_acme.sam)
    for values, field in (
        (RiskValues("x", 2, customer_id=others_customer.pk), "customer"),
        (RiskValues("x", 2, deal_id=others_deal.pk), "deal"),
        (RiskValues("x", 2, owner_id=in_acme.sam.pk), "owner"),
        (RiskValues("x", 2, owner_id=10**12), "owner"),
    ):
        assert code_of(services.enter, actor=rob, values=values, at=at(MONDAY))[1] == field
    assert not Risk.objects.exists()


def test_the_nights_leave_what_was_entered_by_hand_alone(rob: Actor) -> None:
    services.enter(actor=rob, values=RiskValues("Budget", 2), at=at(MONDAY))
    night([], after(1))
    assert (only_risk().state, only_risk().version) == (State.OPEN, 1)


# --- What is watched -------------------------------------------------------------------------------------------------


def test_a_company_sets_what_counts_and_how_bad_it_is(in_acme: Acme, actor_for: ActorFor) -> None:
    eve = actor_for(in_acme.eve)
    asked = {"actor": eve, "kind": "deal.stalled", "enabled": True, "severity": 1}
    rule = services.set_rule(version=0, parameters={"allowed": 14}, **asked)  # type: ignore[arg-type]
    assert (rule.severity, rule.parameters, rule.version) == (Severity.HIGH, {"allowed": 14, "grave": 200}, 1)
    assert code_of(services.set_rule, version=0, parameters={}, **asked) == ("conflict", None)
    assert code_of(services.set_rule, version=1, parameters={"allowed": 731}, **asked) == ("out_of_range", "allowed")
    assert code_of(services.set_rule, version=1, parameters={"colour": 3}, **asked)[0] == "unknown_parameter"


def test_only_admin_and_executive_may_set_it(in_acme: Acme, actor_for: ActorFor) -> None:
    asked = {"kind": "deal.stalled", "version": 0, "enabled": False, "severity": 1, "parameters": {}}
    for member in (in_acme.max, in_acme.rob, in_acme.hana):
        assert code_of(services.set_rule, actor=actor_for(member), **asked)[0] == "forbidden"


# --- For the board of deals ------------------------------------------------------------------------------------------


def test_the_board_of_deals_learns_the_worst_of_each_deal_folded_ones_too(in_acme: Acme, rob: Actor) -> None:
    many = [deal(in_acme, in_acme.rob) for _ in range(21)]
    quiet, single = deal(in_acme, in_acme.sam), deal(in_acme, in_acme.sam)
    night([*(finding(one) for one in many), finding(single)])
    services.enter(actor=rob, values=RiskValues("Price war", 1, deal_id=many[0].pk), at=at(MONDAY))
    marks = open_risks_of_deals(in_acme.operator, [many[0].pk, many[20].pk, quiet.pk, single.pk])
    assert marks == {many[0].pk: Severity.HIGH, many[20].pk: Severity.MEDIUM, single.pk: Severity.MEDIUM}
