"""What stands in an address: a row that belongs to the company's rep (Acme's rob), made if need be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from accounts.access.actor import Actor
from accounts.access.tokens import create_token
from accounts.invitations.services import invite_new
from accounts.jobs.models import JobRun, JobState
from accounts.jobs.registry import find_kind
from accounts.notifications.models import Notification, OutboxMail
from accounts.people.models import Member, TeamMembership
from incentives.payouts.models import PayoutBatch
from incentives.plans.models import Plan, PlanAssignment
from incentives.plans.services import Target, assign, create_plan
from incentives.statements.models import Statement
from pipeline.activities.services import ActivityValues, log_activity
from pipeline.contacts.services import ContactValues, add_contact, name_in_deal
from pipeline.customers.models import Customer
from pipeline.deals.models import Deal
from pipeline.handover.registry import Chosen
from pipeline.handover.services import Wanted, request_handover
from pipeline.imports.models import ImportRun
from pipeline.imports.services import CHECK
from pipeline.risks.models import ENTERED, Risk, RiskStep
from pipeline.risks.services import RiskValues, add_step, enter
from pipeline.stages.services import StageValues, add_stage
from pipeline.tasks.services import TaskValues, create_task
from reviews.cycles.models import Review, ReviewCycle
from reviews.cycles.starting import start_cycle
from reviews.scorecards.models import Kpi, Scorecard
from reviews.scorecards.services import create_kpi, create_scorecard
from reviews.scorecards.values import ItemValues, KpiValues
from salesops.lib import clock
from targets.cascade.models import TargetPlan
from targets.cascade.services import set_target
from tests.factories import MARKER, Company
from tests.incentives.cast import OCTOBER, document, plan_for_reps, recompute, statement, submitted
from tests.pipeline.cast import TODAY, customer, deal, product, won
from tests.pipeline.visits.cast import planned
from tests.reviews.cast import DEADLINES
from tests.reviews.cast import NOON as REVIEWS_BEGIN
from tests.reviews.feedback.cast import said

_BOOKINGS = {"metric": "bookings", "period": "2026-Q4", "amount": 12_000_000, "step": 100}


def _rep(company: Company) -> Member:
    return company.members["rob" if company.tenant.slug == "acme" else "rep"]


def _name(company: Company) -> str:
    return f"{company.tenant.name} {MARKER}" if company.tenant.slug == "stranger" else company.tenant.name


def _token(company: Company) -> int:
    actor, today = Actor(company.tenant, _rep(company)), clock.today("UTC")
    token, __ = create_token(actor=actor, name=_name(company), as_of=today, expires_on=today + timedelta(days=30))
    return token.pk


def _invitation(company: Company) -> int:
    """Of somebody new, who has not answered yet."""
    name = f"{_name(company)} {uuid4().hex}"
    invited = {"full_name": name, "email": f"{uuid4().hex}@invited.test", "roles": ["rep"]}
    return invite_new(actor=company.operator, at=clock.now(), **invited).pk


def _membership(company: Company) -> int:
    """The rep's own, of which one cannot be taken back."""
    return min(TeamMembership.objects.filter(member=_rep(company)).values_list("pk", flat=True))


def _notification(company: Company) -> int:
    """Something that the rep is told."""
    rep = _rep(company)
    params = {"team": _name(company), "day_on": "2017-10-01"}
    told = Notification.objects.create(member=rep, kind="people.moved", params=params, at=clock.now())
    return told.pk


def _mail(company: Company) -> int:
    """A mail to the rep that was given up."""
    return OutboxMail.objects.create(
        member=_rep(company), template="notice", state="failed", error=_name(company), created_at=clock.now()
    ).pk


def _job(company: Company) -> int:
    """Work that the rep asked for and that has stopped; of a kind that nobody else but whoever imports sees."""
    kind = find_kind(CHECK)
    assert kind is not None
    job = JobRun.objects.create(
        kind=kind.name,
        queue=kind.queue,
        input_version=uuid4().hex,
        requested_by=_rep(company),
        state=JobState.DEAD,
        error=_name(company),
    )
    return job.pk


def _deal(company: Company) -> int:
    """The rep's open deal, with a customer of the rep's."""
    return deal(company, _rep(company), customer_id=_customer(company)).pk


def _customer(company: Company) -> int:
    return customer(company, f"{_name(company)} {uuid4().hex}", owner=_rep(company)).pk


def _contact(company: Company) -> int:
    """Somebody at a customer of the rep's."""
    values = ContactValues(name=_name(company))
    return add_contact(actor=company.operator, customer_id=_customer(company), values=values, as_of=TODAY).pk


def _deal_contact(company: Company) -> int:
    """Somebody with a part in the rep's deal."""
    deal_id = _deal(company)
    customer_id = Deal.objects.values_list("customer_id", flat=True).get(pk=deal_id)
    values = ContactValues(name=_name(company))
    made = add_contact(actor=company.operator, customer_id=customer_id, values=values, as_of=TODAY)
    return name_in_deal(actor=company.operator, deal_id=deal_id, contact_id=made.pk, role="buyer", as_of=TODAY).pk


def _activity(company: Company) -> int:
    """What the rep has just logged on a customer of the own."""
    values = ActivityValues("note", _name(company))
    actor = Actor(company.tenant, _rep(company))
    return log_activity(actor=actor, values=values, now=clock.now(), customer_id=_customer(company)).pk


def _task(company: Company) -> int:
    now = clock.now()
    values = TaskValues(_name(company), company.tenant.day_of(now), _rep(company).pk, customer_id=_customer(company))
    return create_task(actor=company.operator, values=values, now=now).pk


def _product(company: Company) -> int:
    return product(company, f"{_name(company)} {uuid4().hex}").pk


def _stage(company: Company) -> int:
    """An open stage of the company's own."""
    return add_stage(actor=company.operator, values=StageValues(f"{_name(company)} {uuid4().hex[:20]}")).pk


def _import(company: Company) -> int:
    return ImportRun.objects.create(
        profile="crm-opportunities", state="checked", notes=[{"message": _name(company), "params": {}}]
    ).pk


def _visit(company: Company) -> int:
    """A visit that the rep has planned, to a customer of the rep's."""
    buyer = Customer.objects.get(pk=_customer(company))
    now = clock.now()
    return planned(company, _rep(company), buyer, when=now + timedelta(hours=1), at=now, purpose=_name(company)).pk


def _handover(company: Company) -> int:
    """One customer of the rep's, to a colleague, in a month."""
    colleague = company.members["rita" if company.tenant.slug == "acme" else "manager"]
    wanted = Wanted(
        giver_id=_rep(company).pk,
        taker_id=colleague.pk,
        takes_effect_on=clock.today(company.tenant.time_zone) + timedelta(days=30),
        chosen=Chosen(frozenset([_customer(company)])),
        reason=_name(company),
    )
    return request_handover(actor=company.operator, wanted=wanted, at=clock.now()).pk


def _target(company: Company) -> int:
    """A draft that the operator has set."""
    draft = TargetPlan.objects.filter(period="2026-Q4").first()
    return (draft or set_target(actor=company.operator, **_BOOKINGS)).pk


def _plan(company: Company) -> int:
    content = document(currency=company.tenant.currency)
    name = f"{_name(company)} {uuid4().hex}"
    return create_plan(actor=company.operator, name=name, effective_from=OCTOBER, document=content).plan_id


def _assignment(company: Company) -> int:
    """The rep's own, to a plan of its own."""
    plan = Plan.objects.get(pk=_plan(company))
    others = PlanAssignment.objects.filter(member=_rep(company), starts_on=OCTOBER)
    made = others.first() or assign(
        actor=company.operator, plan=plan, target=Target(member=_rep(company)), starts_on=OCTOBER
    )
    return made.pk


def _month(company: Company) -> str:
    """October 2017: computed for the rep, and submitted for approval by HR."""
    if not PlanAssignment.objects.exists():
        plan_for_reps(company, document(currency=company.tenant.currency))
    if not Statement.objects.filter(participant=_rep(company), month=OCTOBER).exists():
        won(company, _rep(company), closed_on=OCTOBER)
        recompute(company)
    if not PayoutBatch.objects.filter(month=OCTOBER, state=PayoutBatch.State.IN_REVIEW).exists():
        submitted(Actor(company.tenant, company.members["hana" if company.tenant.slug == "acme" else "hr"]))
    return "2017-10"


def _statement(company: Company) -> int:
    _month(company)
    return statement(_rep(company)).pk


def _feedback(company: Company) -> int:
    """Of the rep's customer, for the rep to answer."""
    said_by = customer(company, f"{_name(company)} {uuid4().hex}", owner=_rep(company))
    return said(company, _rep(company), by=said_by, text=_name(company)).pk


def _scorecard(company: Company) -> int:
    """For reps, weighing one KPI that is entered by hand."""
    found = Scorecard.objects.filter(role="rep").first()
    if found is not None:
        return found.pk
    item = ItemValues(_kpi(company), "teamwork", Decimal(100), floor=Decimal(1), target=Decimal(5))
    names = {"en": _name(company)}
    made = create_scorecard(actor=company.operator, code="reps", names=names, items=[item], role="rep")
    return made.scorecard_id


def _kpi(company: Company) -> int:
    found = Kpi.objects.filter(code="team-spirit").first()
    values = KpiValues({"en": _name(company)})
    return (found or create_kpi(actor=company.operator, code="team-spirit", values=values)).pk


def _cycle(company: Company) -> int:
    """October 2017: nobody has written anything yet."""
    found = ReviewCycle.objects.first()
    if found is not None:
        return found.pk
    return start_cycle(
        actor=company.operator,
        name=_name(company),
        period="2017-10",
        deadlines=DEADLINES,
        scorecard_ids=[_scorecard(company)],
        at=REVIEWS_BEGIN,
    ).pk


def _review(company: Company) -> int:
    return Review.objects.get(cycle=_cycle(company), member=_rep(company)).pk


def _risk(company: Company) -> int:
    """One that the rep has entered; always the same, so that its step belongs to it."""
    rep = Actor(company.tenant, _rep(company))
    found = Risk.objects.filter(owner=rep.member, kind=ENTERED).first()
    return (found or enter(actor=rep, values=RiskValues(_name(company), 2), at=clock.now())).pk


def _risk_step(company: Company) -> int:
    rep, risk_id = Actor(company.tenant, _rep(company)), _risk(company)
    found = RiskStep.objects.filter(risk_id=risk_id).first()
    return (found or add_step(actor=rep, risk_id=risk_id, text=_name(company), due_on=None, at=clock.now())).pk


# The name of the part of the address → the row's value, called inside the company. Where two rooms use a name for
# different rows, `address.part` wins.
OBJECTS: dict[str, Callable[[Company], Any]] = {
    "member_id": lambda company: _rep(company).pk,
    "team_id": lambda company: min(team.pk for team in company.teams.values()),
    "token_id": _token,
    "invitation_id": _invitation,
    "membership_id": _membership,
    "token": lambda company: "no-such-token",
    "notification_id": _notification,
    "mail_id": _mail,
    "job_id": _job,
    "customer_id": _customer,
    "contact_id": _contact,
    "deal_contact_id": _deal_contact,
    "activity_id": _activity,
    "task_id": _task,
    "product_id": _product,
    "stage_id": _stage,
    "deal_id": _deal,
    "run_id": _import,
    "visit_id": _visit,
    "handover_id": _handover,
    "client_key": lambda company: uuid4(),
    "plan_id": _target,
    **dict.fromkeys((f"plan_{what}.plan_id" for what in ("detail", "add_version", "assign", "compare")), _plan),
    **dict.fromkeys((f"api_plan_{what}.plan_id" for what in ("detail", "version_list")), _plan),
    "assignment_id": _assignment,
    "month": _month,
    "statement_id": _statement,
    "kpi_id": _kpi,
    "scorecard_id": _scorecard,
    "cycle_id": _cycle,
    "review_id": _review,
    "case_id": _feedback,
    "risk_id": _risk,
    "step_id": _risk_step,
    "kind": lambda company: "deal.stalled",
    "format": lambda company: "csv",
    "pk": lambda company: 1,  # a passkey: asked for only after the password was given once more
    "uidb36": lambda company: "1",
    "key": lambda company: "no-such-key",
}

# What is asked or sent with it, where an empty request would be refused before anybody's role is looked at.
QUERIES = {"plan_compare": "?old=1&new=1"}
BODIES = {
    "api_visit_kept": {"member": 0, "arrival": {"captured_at": "2026-03-31T16:00:00Z"}},
    "api_risk_step_detail": {"done": True},
    "api_payout_approve": {"digest": "0" * 64},
    "api_payout_send_back": {"reason": "The wrong month."},
    "api_plan_version_list": {"effective_from": "2018-01-01", "document": {}},
    "api_review_sign": {"agreement": "agree"},
    "api_review_reopen": {"state": "manager", "due_on": "2027-01-01", "reason": "Late deal"},
}
