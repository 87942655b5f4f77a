"""Two people, one digest: who may submit and approve, and what stops them."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.audit.models import AuditEntry
from accounts.jobs.services import run_inline
from accounts.people.models import Member
from incentives.payouts.models import PayoutBatch
from incentives.payouts.services import approve, digest_of, send_back, submit, why_not
from pipeline.ledger.models import CreditLine
from pipeline.ledger.services import Fact, credit
from salesops.lib.errors import DomainError, NotVisible
from tests.incentives.cast import NOON, NOVEMBER, OCTOBER, approved, recompute, submitted, take_back
from tests.targets.books import Won, book


def approving(actor, month=OCTOBER):
    return approve(actor=actor, month=month, digest=digest_of(month), at=NOON)


def check(company, night):
    """The first step of a night."""
    run_inline(actor=company.operator, kind="ledger.reconcile", period=night, as_of=NOON)


def rewin(company, line):
    fact = Fact(line.basis, line.date, line.participant_id, line.amount, line.deal_id, line.units)
    credit(actor=company.operator, facts=[fact])


def test_a_payout_is_approved_by_somebody_else(computed, hana, eve):
    batch = approved(hana, eve)
    assert (batch.state, batch.submitted_by, batch.approved_by) == ("approved", computed.hana, computed.eve)
    actions = AuditEntry.objects.filter(action__startswith="payout.").order_by("id").values_list("action", "actor")
    assert list(actions) == [("payout.submitted", computed.hana.pk), ("payout.approved", computed.eve.pk)]


def test_the_submitter_cannot_approve(computed, hana):
    submitted(hana)
    with pytest.raises(DomainError, match="a different person must approve"):
        approving(hana)


def test_the_submitter_is_compared_as_a_user(computed, hana, actor_for):
    """The same person as another member of the company, after a change of names, say."""
    submitted(hana)
    Member.objects.filter(pk=computed.hana.pk).update(user=None)
    again = Member.objects.create(full_name="Hana Again", sort_name="hana", roles=["hr"], user=computed.hana.user)
    with pytest.raises(DomainError, match="a different person"):
        approving(actor_for(again))


def test_whoever_is_paid_by_it_cannot_approve(computed, hana, actor_for):
    Member.objects.filter(pk=computed.rob.pk).update(roles=["rep", "executive"])
    submitted(hana)
    with pytest.raises(DomainError, match="Your own pay is in it"):
        approving(actor_for(Member.objects.get(pk=computed.rob.pk)))


def test_whoever_is_paid_by_it_cannot_submit(computed, actor_for):
    Member.objects.filter(pk=computed.rob.pk).update(roles=["rep", "hr"])
    with pytest.raises(DomainError, match="Your own pay"):
        submitted(actor_for(Member.objects.get(pk=computed.rob.pk)))


@pytest.mark.parametrize("name", ["ada", "eve", "max", "rob"])
def test_only_hr_submits(computed, actor_for, name):
    with pytest.raises(DomainError, match="role does not allow"):
        submitted(actor_for(getattr(computed, name)))


@pytest.mark.parametrize("name", ["max", "rob"])
def test_managers_and_reps_do_not_approve(computed, hana, actor_for, name):
    submitted(hana)
    with pytest.raises(DomainError, match="role does not allow"):
        approving(actor_for(getattr(computed, name)))


def test_the_command_line_is_nobody_who_could_approve(computed, hana):
    submitted(hana)
    with pytest.raises(DomainError, match="signed in"):
        approving(computed.operator)


def test_a_second_approval_is_refused(computed, hana, eve, actor_for):
    approved(hana, eve)
    with pytest.raises(DomainError, match="approved already"):
        approving(actor_for(computed.erik))


def test_an_approval_is_for_what_was_seen(computed, hana, eve):
    submitted(hana)
    with pytest.raises(DomainError, match="have changed"):
        approve(actor=eve, month=OCTOBER, digest="0" * 64, at=NOON)


def test_months_are_approved_in_their_order(computed, hana, eve):
    submitted(hana, NOVEMBER)
    with pytest.raises(DomainError, match="2017-10 comes first"):
        approving(eve, NOVEMBER)


def test_a_month_without_statements_cannot_be_submitted(computed, hana):
    with pytest.raises(DomainError, match="Nothing has been computed"):
        submit(actor=hana, month=date(2018, 6, 1), at=NOON)


def test_a_month_is_submitted_once(computed, hana, actor_for):
    submitted(hana)
    with pytest.raises(DomainError, match="submitted already"):
        submitted(actor_for(computed.hugo))


def test_sent_back_it_is_a_draft_with_a_reason(computed, hana, eve):
    submitted(hana)
    batch = send_back(actor=eve, month=OCTOBER, reason=" Rob’s  split is wrong ")
    assert (batch.state, batch.returned_reason, batch.submitted_by) == ("draft", "Rob’s split is wrong", None)
    assert submitted(hana).returned_reason == ""


def test_sending_back_needs_a_reason(computed, hana, eve):
    submitted(hana)
    with pytest.raises(DomainError, match="Say why"):
        send_back(actor=eve, month=OCTOBER, reason=" ")


def test_an_approved_payout_cannot_be_sent_back(computed, hana, eve):
    approved(hana, eve)
    with pytest.raises(DomainError, match="Only a payout in review"):
        send_back(actor=eve, month=OCTOBER, reason="no")


def test_what_was_never_submitted_is_not_there(computed, eve):
    assert why_not(eve, None).code == "not_in_review"
    with pytest.raises(NotVisible):
        approving(eve)


def test_an_approved_month_is_not_computed_again(computed, hana, eve):
    approved(hana, eve)
    book(computed.operator, [Won(computed.rob, date(2017, 10, 25), 100_00)])
    before = digest_of(OCTOBER)
    recompute(computed)
    assert digest_of(OCTOBER) == before
    assert PayoutBatch.objects.get().state == "approved"


def test_a_ledger_that_differs_from_its_deals_stops_the_payout(computed, hana, eve):
    """Until a later night finds it in order again."""
    submitted(hana)
    lost_line = CreditLine.objects.filter(participant=computed.rob, reverses=None).first()
    take_back(computed, lost_line.deal)
    check(computed, "2018-01-02")
    with pytest.raises(DomainError, match="check of the ledger found differences"):
        approving(eve)
    rewin(computed, lost_line)
    check(computed, "2018-01-03")
    assert approving(eve).state == "approved"


def test_sent_back_corrected_and_submitted_again_it_is_approved(computed, hana, eve):
    submitted(hana)
    seen = digest_of(OCTOBER)
    send_back(actor=eve, month=OCTOBER, reason="A deal is missing")
    book(computed.operator, [Won(computed.rob, date(2017, 10, 25), 100_00)])
    recompute(computed)
    submitted(hana)
    with pytest.raises(DomainError):
        approve(actor=eve, month=OCTOBER, digest=seen, at=NOON)
    batch = approving(eve)
    assert (batch.state, batch.submitted_by, batch.approved_by) == ("approved", computed.hana, computed.eve)
    actions = AuditEntry.objects.filter(action__startswith="payout.").order_by("id").values_list("action", flat=True)
    assert list(actions) == ["payout.submitted", "payout.sent_back", "payout.submitted", "payout.approved"]
