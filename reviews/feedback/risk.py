"""The risk that a customer's feedback stays without an answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.tenancy.context import required_tenant_id
from accounts.tenancy.models import Tenant
from pipeline.risks.registry import Detector, Fact, Finding, Parameter, Parameters, Told, Wording
from pipeline.risks.registry import Severity as RiskSeverity
from reviews.feedback.deadlines import days_between
from reviews.feedback.models import Channel, FeedbackCase, Kind, Severity, State
from reviews.feedback.wording import quote
from salesops.lib.errors import gettext_noop

_QUOTED = 120
_TITLES = {
    Kind.COMPLAINT: gettext_noop("%(customer)s waits for an answer to a complaint"),
    Kind.SUGGESTION: gettext_noop("%(customer)s waits for an answer to a suggestion"),
    Kind.PRAISE: gettext_noop("%(customer)s waits for an answer to praise"),
}


def find(as_of: date, parameters: Parameters) -> Iterator[Finding]:
    """Cases whose deadline had passed before that day began, by as many days as the company allows; two queries."""
    tenant = Tenant.objects.get(pk=required_tenant_id())
    begun, __ = days_between(tenant, as_of - timedelta(days=parameters["days"]), as_of)
    cases = FeedbackCase.objects.filter(state=State.OPEN, due_at__lt=begun).order_by("due_at", "id")
    for case in cases.iterator(chunk_size=2000):
        yield Finding(
            subject_type="reviews.feedbackcase",
            subject_id=case.pk,
            owner_id=case.owner_id,
            customer_id=case.customer_id,
            deal_id=case.deal_id,
            evidence=_evidence(tenant, case),
            grave=case.severity == Severity.CRITICAL,
        )


def _evidence(tenant: Tenant, case: FeedbackCase) -> dict[str, str | int]:
    return {
        "case": case.pk,
        "kind": case.kind,
        "channel": case.channel,
        "severity": case.severity,
        "received_on": _day(tenant, case.received_at),
        "due_on": _day(tenant, case.due_at),
        "quote": quote(case.text, _QUOTED),
    }


def _day(tenant: Tenant, instant: datetime) -> str:
    return tenant.day_of(instant).isoformat()


def _title(told: Told) -> str:
    return gettext(_TITLES[Kind(told.evidence["kind"])]) % {"customer": told.customer}


def _detail(told: Told) -> str:
    days = told.days_since("due_on")
    if days < 1:
        return gettext("Past the deadline since today: “%(quote)s”") % {"quote": told.evidence["quote"]}
    sentence = ngettext(
        "%(days)d day past the deadline: “%(quote)s”", "%(days)d days past the deadline: “%(quote)s”", days
    )
    return sentence % {"days": days, "quote": told.evidence["quote"]}


def _several(number: int) -> str:
    return ngettext("%(number)d customer waits for an answer", "%(number)d customers wait for an answer", number) % {
        "number": number
    }


def _facts(told: Told, tenant_slug: str) -> Sequence[Fact]:
    evidence = told.evidence
    url = reverse("feedback_detail", kwargs={"tenant": tenant_slug, "case_id": evidence["case"]})
    return (
        Fact(_("Received"), date_format(date.fromisoformat(evidence["received_on"]), "DATE_FORMAT"), url),
        Fact(_("Answer by"), date_format(date.fromisoformat(evidence["due_on"]), "DATE_FORMAT")),
        Fact(_("Severity"), Severity(evidence["severity"]).label),
        Fact(_("Channel"), Channel(evidence["channel"]).label),
    )


UNANSWERED = Detector(
    kind="feedback_unanswered",
    label=_("Feedback unanswered"),
    explanation=_("A customer said something and has no answer, past the deadline of its severity."),
    severity=RiskSeverity.MEDIUM,
    find=find,
    wording=Wording(_title, _detail, _several, _facts),
    parameters=(Parameter("days", _("Days past the deadline"), default=0, minimum=0, maximum=60),),
    order=40,
)
