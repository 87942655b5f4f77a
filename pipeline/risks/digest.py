"""The morning's mail: what the night has raised, brought back or found worse, one mail per person.

The night writes a notification for everybody it concerns, keyed by its date, so that a night done twice tells once; the
letter itself is put together when it goes, in the reader's language and through the reader's scope.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.access.actor import Actor
from accounts.facts import Organisation
from accounts.jobs.registry import JobKind, Outcome
from accounts.jobs.work import Work
from accounts.notifications.registry import NotificationKind, NotWanted, Params
from accounts.notifications.services import notify
from accounts.people.models import Dated, Member, Role, TeamLead, TeamMembership
from pipeline.risks.models import ACTIVE, NEWS, Risk, RiskEvent
from pipeline.risks.selectors import ORDER, RiskFilter, find_risks
from pipeline.risks.telling import Shown, tell_all
from salesops.lib.errors import gettext_noop

NAME = "pipeline.risk_digest"
LETTER = "risk_digest"
_LISTED = 12  # of the news; a longer mail is not read, and the board has them all

KIND = NotificationKind(
    name="risks.digest",
    label=_("New and worse risks, each morning"),
    text=gettext_noop("Risks that are new or worse since the night of %(night_on)s: %(count)s"),
    icon="alert-triangle",
    mail_default=True,
    letter=LETTER,
)


def run(work: Work) -> Outcome:
    """Tell everybody whom the night's news concern. Nothing new: no mail."""
    day = work.tenant.day_of(work.as_of)
    with transaction.atomic():
        concerned = _concerned(day)
    told = 0
    with work.writing():
        for member_id, count in sorted(concerned.items()):
            told += _tell(work.actor, member_id, count, day, work.as_of)
    return Outcome({gettext_noop("people told of risks"): told})


def _tell(actor: Actor, member_id: int, count: int, day: date, at: datetime) -> int:
    params: dict[str, str | int] = {"count": count, "night_on": day.isoformat(), "member": member_id}
    board = reverse("risk_board", kwargs={"tenant": actor.tenant.slug})
    return notify(
        actor=actor, member_ids=[member_id], kind=KIND.name, params=params, url=board, at=at, key=day.isoformat()
    )


def _concerned(day: date) -> dict[int, int]:
    """How many of the night's news concern whom: the owner of a risk and the lead of the owner's team; what nobody owns
    concerns the executives. A handful of queries."""
    owners = dict(_news(Risk.objects.all(), day).order_by().values_list("owner_id").annotate(count=Count("id")))
    if not owners:
        return {}
    people = Organisation()
    concerned: Counter[int] = Counter()
    for owner_id, count in owners.items():
        for member_id in _whom(people, owner_id, day):
            concerned[member_id] += count
    return concerned


def _whom(people: Organisation, owner_id: int | None, day: date) -> set[int]:
    if owner_id is None:
        return {person.id for person in people.with_role(Role.EXECUTIVE)}
    team = people.team_on(owner_id, day)
    lead = people.lead_on(team.id, day) if team else None
    return {owner_id, lead.id} if lead else {owner_id}


def _news(risks: QuerySet[Risk], day: date) -> QuerySet[Risk]:
    """Those that the night of that day raised, brought back, found worse, unmuted or gave to somebody else, and that
    still ask for something."""
    events = RiskEvent.objects.filter(day=day, what__in=NEWS, actor__isnull=True)
    return risks.filter(state__in=ACTIVE, pk__in=events.values("risk_id"))


# --- The letter ------------------------------------------------------------------------------------------------------


def letter(context: Params) -> Params:
    """What the mail says, when it goes. Whatever has been dealt with since is left out; if all of it has, so is the
    mail."""
    params = context["params"]
    day = date.fromisoformat(params["night_on"])
    member = Member.objects.select_related("tenant").filter(pk=params["member"]).first()
    if member is None:
        raise NotWanted
    actor = Actor(member.tenant, member)
    found = _news(find_risks(actor, day, RiskFilter()), day).filter(_concerning(member, day))
    count = found.count()
    if not count:
        raise NotWanted
    listed = tell_all(found.order_by(*ORDER)[:_LISTED], day, member.tenant.currency)
    return {"lines": [_line(shown, member.tenant.slug) for shown in listed], "count": count, "night": day}


def _concerning(member: Member, day: date) -> Q:
    """The other way round than `_whom`: whose risks are this member's business."""
    led = TeamLead.objects.filter(Dated.on(day), member=member).values("team_id")
    people = TeamMembership.objects.filter(Dated.on(day), team_id__in=led).values("member_id")
    about = Q(owner=member) | Q(owner_id__in=people)
    return about | Q(owner__isnull=True) if Role.EXECUTIVE in member.roles else about


def _line(shown: Shown, slug: str) -> dict[str, str]:
    url = reverse("risk_detail", kwargs={"tenant": slug, "risk_id": shown.risk.pk})
    owner = shown.risk.owner.full_name if shown.risk.owner else ""
    return {"title": shown.title, "detail": shown.detail, "severity": shown.severity, "owner": owner, "url": url}


DIGEST = JobKind(NAME, _("Mail about risks"), "nightly", "jobs.view", run)
