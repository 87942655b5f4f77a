"""What the pages of risks show, put together from selectors and words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.access.actor import Actor
from accounts.access.policy import has
from pipeline.customers.selectors import get_customer
from pipeline.deals.selectors import get_deal
from pipeline.risks import selectors
from pipeline.risks.forms import FilterForm
from pipeline.risks.models import ENTERED, Risk
from pipeline.risks.registry import Severity, every_detector
from pipeline.risks.selectors import RiskFilter
from pipeline.risks.telling import BY_HAND, TONES, Shown, facts, folded_cases, happened, tell, tell_all
from pipeline.scope import members_within

_PANEL = 5  # risks on the home page
_AGES = (_("older than a month"), _("up to a month"), _("up to a week"))


# --- Filters ---------------------------------------------------------------------------------------------------------


def read_filter(query: QueryDict) -> tuple[RiskFilter, dict[str, str]]:
    """The filter in the address, and its texts for the form; what makes no sense is left out."""
    form = FilterForm(query)
    form.is_valid()
    cleaned = form.cleaned_data
    narrowed = RiskFilter(
        state=cleaned.get("state", ""),
        kind=cleaned.get("kind", "").replace("\0", ""),
        severity=cleaned.get("severity"),
        owner_id=cleaned.get("owner"),
        team_id=cleaned.get("team"),
    )
    return narrowed, {name: query.get(name, "") for name in form.fields}


def filters(actor: Actor, as_of: date, narrowed: RiskFilter, typed: dict[str, str]) -> dict[str, Any]:
    """What the toolbar of board and list offers."""
    return {
        "filters": typed,
        "filtered": bool(narrowed),
        "kinds": [(one.kind, one.label) for one in every_detector()] + [(ENTERED, BY_HAND)],
        "states": [*Risk.State.choices, ("every", _("Every state"))],
        "severities": Severity.choices,
        "owners": list(members_within(actor, "risks.view", as_of)),
        "teams": selectors.teams_within(actor, as_of),
        "may_enter": has(actor, "risks.edit"),
        "may_set": has(actor, "risks.settings"),
    }


# --- The board -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Group:
    """The cards of one age within a column."""

    label: str | Promise
    risks: list[Shown]


@dataclass(frozen=True, slots=True)
class ShownColumn:
    """`ages` are the counts of the column in the order of the groups: oldest first."""

    severity: Severity
    tone: str
    total: int
    ages: list[tuple[str | Promise, int]]
    groups: list[Group]
    more: int
    more_url: str


def board(actor: Actor, as_of: date, narrowed: RiskFilter, query: QueryDict) -> dict[str, Any]:
    found = selectors.board(actor, as_of, narrowed)
    shown = [_column(actor, column, found.ages, as_of, query) for column in found.columns]
    return {"columns": shown, "count": found.count}


def _column(
    actor: Actor,
    column: selectors.Column,
    ages: dict[Severity, tuple[int, int, int]],
    as_of: date,
    query: QueryDict,
) -> ShownColumn:
    told = tell_all(column.risks, as_of, actor.tenant.currency)
    fresh, older, oldest = ages.get(column.severity, (0, 0, 0))
    address = query.copy()
    address["severity"] = str(int(column.severity))
    return ShownColumn(
        severity=column.severity,
        tone=TONES[column.severity],
        total=column.count,
        ages=list(zip(_AGES, (oldest, older, fresh), strict=True)),
        groups=_by_age(told),
        more=column.count - len(told),
        more_url=f"{reverse('risk_list', kwargs={'tenant': actor.tenant.slug})}?{address.urlencode()}",
    )


def _by_age(told: list[Shown]) -> list[Group]:
    week, month = selectors.AGES
    buckets = (
        [one for one in told if one.age > month],
        [one for one in told if week < one.age <= month],
        [one for one in told if one.age <= week],
    )
    return [Group(label, risks) for label, risks in zip(_AGES, buckets, strict=True) if risks]


# --- One risk --------------------------------------------------------------------------------------------------------


def detail(actor: Actor, risk: Risk, as_of: date) -> dict[str, Any]:
    """Everything on one risk's page."""
    currency = actor.tenant.currency
    steps = list(risk.steps.select_related("done_by", "created_by").order_by("id"))
    context: dict[str, Any] = {
        "risk": risk,
        "shown": tell(risk, as_of, currency),
        "facts": facts(risk, as_of, currency, actor.tenant.slug),
        "steps": steps,
        "steps_done": sum(step.done_on is not None for step in steps),
        "history": happened(selectors.history(risk)),
        "may_edit": selectors.may_edit(actor, risk, as_of),
        "may_reopen": risk.state == Risk.State.MUTED or (risk.ending == Risk.Ending.HAND and risk.gone_on is None),
        "today": as_of,
    }
    if risk.is_fold:
        context["folded"] = folded_cases(risk, *selectors.names_of_cases(risk), as_of, currency)
    return context


# --- Panels ----------------------------------------------------------------------------------------------------------


def home_panel(actor: Actor, as_of: date) -> dict[str, Any]:
    counts = selectors.counts(actor, as_of)
    return {
        "card": "pipeline/risks/_home_panel.html",
        "title": gettext("Alerts"),
        "risks": tell_all(selectors.worst(actor, as_of, _PANEL), as_of, actor.tenant.currency),
        "high": counts.get(Severity.HIGH, 0),
        "count": sum(counts.values()),
    }


def deal_panel(actor: Actor, as_of: date, deal_id: int) -> dict[str, Any]:
    deal = get_deal(actor, as_of, deal_id)
    query = QueryDict(mutable=True)
    query.update({"deal": deal.reference, "customer": deal.customer.name if deal.customer else ""})
    return _panel(actor, "panel-risks", selectors.of_deal(actor, as_of, deal), as_of, query)


def customer_panel(actor: Actor, as_of: date, customer_id: int) -> dict[str, Any]:
    customer = get_customer(actor, as_of, customer_id)
    query = QueryDict(mutable=True)
    query["customer"] = customer.name
    return _panel(actor, "panel-risks", selectors.of_customer(actor, as_of, customer), as_of, query)


def _panel(actor: Actor, panel_id: str, risks: list[Risk], as_of: date, about: QueryDict) -> dict[str, Any]:
    """The card with a way to enter one by hand, about the same customer or deal."""
    may_enter = has(actor, "risks.edit")
    enter = reverse("risk_enter", kwargs={"tenant": actor.tenant.slug})
    return {
        "card": "pipeline/risks/_panel.html",
        "title": gettext("Risks"),
        "panel_id": panel_id,
        "risks": tell_all(risks, as_of, actor.tenant.currency),
        "enter_url": f"{enter}?{about.urlencode()}" if may_enter else "",
    }
