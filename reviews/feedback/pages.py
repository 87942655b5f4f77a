"""What the pages of feedback show, put together from selectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import QueryDict
from django.utils.timesince import timesince

from accounts.access.actor import Actor
from accounts.access.policy import has
from reviews.feedback import selectors
from reviews.feedback.deadlines import Light, light
from reviews.feedback.forms import FilterForm
from reviews.feedback.models import FeedbackCase, State
from reviews.feedback.selectors import FeedbackFilter, may_edit
from reviews.feedback.wording import SEVERITY_TONES, quote

_QUOTED = 110  # characters of what was said, in a list


def read_filter(query: QueryDict, default_state: str = "") -> tuple[FeedbackFilter, dict[str, str]]:
    """The filter in the address, and its texts for the form; what makes no sense is left out."""
    form = FilterForm(query)
    form.is_valid()
    cleaned = form.cleaned_data
    state = cleaned.get("state") or default_state
    narrowed = FeedbackFilter(
        state="" if state in {"overdue", "all"} else state,
        overdue=state == "overdue",
        severity=cleaned.get("severity", ""),
        channel=cleaned.get("channel", ""),
        kind=cleaned.get("kind", ""),
        due=_days(cleaned, "due"),
        rated=_days(cleaned, "rated"),
        **{f"{name}_id": _row_id(cleaned.get(name)) for name in ("owner", "product", "customer", "deal")},
    )
    return narrowed, {name: query.get(name, "") for name in form.fields} | {"state": state}


def _row_id(number: int | None) -> int | None:
    """A number that may be a row's id; 0 stands for one that no row has."""
    return number if number is None or 0 < number < 2**63 else 0


def _days(cleaned: dict[str, Any], name: str) -> tuple[date, date] | None:
    first, last = cleaned.get(f"{name}_first"), cleaned.get(f"{name}_last")
    return (first, last) if first and last else None


@dataclass(frozen=True, slots=True)
class Row:
    """A case as lists and panels show it. `age` is how long the customer waits, or waited for the first answer;
    `repeated` how often they had spoken of the same product in the 90 days before."""

    case: FeedbackCase
    light: Light
    age: str
    quote: str
    severity_tone: str
    repeated: int = 0

    @property
    def is_open(self) -> bool:
        return self.case.state == State.OPEN


def row(case: FeedbackCase, at: datetime, repeated: int = 0) -> Row:
    return Row(
        case=case,
        light=light(case, at),
        age=timesince(case.received_at, case.answered_at or at, depth=1),
        quote=quote(case.text, _QUOTED),
        severity_tone=SEVERITY_TONES[case.severity],
        repeated=repeated,
    )


def table(cases: Sequence[FeedbackCase], at: datetime) -> list[Row]:
    """A page of the list; one query for all repeats."""
    repeated = selectors.repeats(cases)
    return [row(case, at, repeated.get(case.pk, 0)) for case in cases]


def rows(cases: Sequence[FeedbackCase], at: datetime) -> list[Row]:
    """A panel's few."""
    return [row(case, at) for case in cases]


def detail(actor: Actor, case: FeedbackCase, at: datetime) -> dict[str, Any]:
    """Everything on one case's page."""
    editable = has(actor, "feedback.edit") and may_edit(actor, case, actor.tenant.day_of(at))
    return {
        "case": case,
        "row": row(case, at, selectors.repeats([case]).get(case.pk, 0)),
        "thread": selectors.thread(case),
        "states": State.labels,
        "at": State.values.index(case.state),
        "may_edit": editable,
        "is_open": case.state == State.OPEN,
        "is_resolved": case.state == State.RESOLVED,
    }
