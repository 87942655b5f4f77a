"""The page of one review, and what its three parties and HR do there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access.views import TenantRequest, needs, today
from reviews.cycles import selectors, services
from reviews.cycles.forms import ManagerForm, PartForm, ReasonForm, ReopenForm, ReviewerForm, SelfForm, SignForm
from reviews.cycles.models import Review
from reviews.cycles.page import ReviewPage, review_page
from salesops.lib import clock
from salesops.lib.errors import DomainError, DomainErrors
from salesops.lib.forms import add_domain_error, translated
from salesops.lib.htmx import invalid, redirect, render

_PAGE = "reviews/cycles/review_detail.html"
_SENT = {
    "self": gettext_lazy("Your part is with your reviewer now."),
    "manager": gettext_lazy("Shared: the score stands, and your colleague can read it."),
}


@require_GET
@needs("reviews.view")
def review_detail(request: TenantRequest, review_id: int) -> HttpResponse:
    review = selectors.get_review(request.actor, review_id, today(request))
    return render(request, _PAGE, _context(request, review))


@require_POST
@needs("reviews.view")
def review_self(request: TenantRequest, review_id: int) -> HttpResponse:
    """Save, or with the button `submit` hand it in."""
    writes = services.submit_self if "submit" in request.POST else services.save_self
    return _write_part(request, review_id, SelfForm, writes, "self")


@require_POST
@needs("reviews.view")
def review_manager(request: TenantRequest, review_id: int) -> HttpResponse:
    """Save, or with the button `submit` share it."""
    writes = services.share if "submit" in request.POST else services.save_manager
    return _write_part(request, review_id, ManagerForm, writes, "manager")


@require_POST
@needs("reviews.view")
def review_sign(request: TenantRequest, review_id: int) -> HttpResponse:
    review = selectors.get_review(request.actor, review_id, today(request))
    form = SignForm(request.POST)
    if form.is_valid():
        cleaned = form.cleaned_data
        try:
            services.sign(
                actor=request.actor,
                review_id=review.pk,
                version=cleaned["version"] or 0,
                agreement=cleaned["agreement"],
                comment=cleaned["comment"],
                at=clock.now(),
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("Signed. This review is done."))
            return redirect(request, "review_detail", request.tenant.slug, review.pk)
    return invalid(request, _PAGE, _context(request, review, sign_form=form))


def _write_part(
    request: TenantRequest, review_id: int, kind: type[PartForm], writes: Callable[..., Review], whose: str
) -> HttpResponse:
    review = selectors.get_review(request.actor, review_id, today(request))
    items, scores = selectors.items_of(review), selectors.scores_of(review)
    form = kind(request.POST, review=review, items=items, scores=scores)
    if form.is_valid():
        version = form.cleaned_data["version"] or 0
        try:
            writes(
                actor=request.actor,
                review_id=review.pk,
                version=version,
                part=form.part(),  # type: ignore[attr-defined]  # both kinds have one
                at=clock.now(),
            )
        except DomainError as error:
            _place(form, error)
        else:
            messages.success(request, _SENT[whose] if "submit" in request.POST else _("Saved."))
            return redirect(request, "review_detail", request.tenant.slug, review.pk)
    return invalid(request, _PAGE, _context(request, review, part_form=form))


def _place(form: PartForm, error: DomainError) -> None:
    for each in error.errors if isinstance(error, DomainErrors) else (error,):
        form.add_error(form.field_of(each.field), translated(each))


def _context(
    request: TenantRequest, review: Review, part_form: PartForm | None = None, sign_form: SignForm | None = None
) -> dict[str, Any]:
    day = today(request)
    page = review_page(request.actor, review, day)
    mine = request.actor.member is not None and review.member_id == request.actor.member.pk
    part = part_form or _part_form(request, page)
    return {
        "page": page,
        "review": review,
        "today": day,
        "mine": mine,
        "part_form": part,
        "entries": _entries(page, part) if part else [],
        "has_notes": any(row.measured and (row.own_note or row.note) for row in page.rows),
        "writes": "self" if isinstance(part, SelfForm) else "manager",
        "sign_form": sign_form or _sign_form(review) if mine and review.state == Review.State.SIGN else None,
        "path": [state.label for state in selectors.STATES],
        "at": selectors.STATES.index(Review.State(review.state)) + (review.state == Review.State.DONE),
        "may_correct": selectors.may_correct(request.actor, review),
        "may_close": review.state == Review.State.SIGN and review.is_overdue(day),
        "overdue": review.is_overdue(day),
        "period_over": day > review.cycle.ends_on,
    }


def _part_form(request: TenantRequest, page: ReviewPage) -> PartForm | None:
    """The part that it is the reader's turn to write, if it is."""
    review, member = page.review, request.actor.member
    if member is None:
        return None
    kind: type[PartForm] | None = None
    if review.member_id == member.pk and review.state == Review.State.SELF:
        kind = SelfForm
    elif review.reviewer_id == member.pk and (
        review.state == Review.State.MANAGER
        or (review.state == Review.State.SELF and review.is_overdue(today(request)))
    ):
        kind = ManagerForm
    return kind(review=review, items=page.items, scores=page.scores) if kind else None


def _sign_form(review: Review) -> SignForm:
    return SignForm(initial={"version": review.version})


def _entries(page: ReviewPage, form: PartForm) -> list[dict[str, Any]]:
    """Each row with its own two fields; what is measured has a note only."""
    return [
        {
            "row": row,
            "value": form[f"value_{row.item.pk}"] if f"value_{row.item.pk}" in form.fields else None,
            "note": form[f"note_{row.item.pk}"],
        }
        for row in page.rows
    ]


# --- What HR may put right -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Correction:
    """A small form of HR's about one review, as a page of its own."""

    title: str | Promise
    consequence: str | Promise
    submit: str | Promise
    done: str | Promise


_REOPEN = Correction(
    gettext_lazy("Reopen this review"),
    gettext_lazy("The score and the signature are taken back; what was written stays, and figures are measured anew."),
    gettext_lazy("Reopen"),
    gettext_lazy("Reopened; both have been told."),
)
_CLOSE = Correction(
    gettext_lazy("Close without a signature"),
    gettext_lazy("The score stands as it was shared. The reason takes the place of the comment."),
    gettext_lazy("Close the review"),
    gettext_lazy("Closed."),
)
_REVIEWER = Correction(
    gettext_lazy("Name the reviewer"),
    gettext_lazy("Whoever is named writes the manager part from now on."),
    gettext_lazy("Save"),
    gettext_lazy("Saved."),
)


@require_http_methods(["GET", "POST"])
@needs("reviews.correct")
def review_reopen(request: TenantRequest, review_id: int) -> HttpResponse:
    review = selectors.get_review(request.actor, review_id, today(request))
    form = ReopenForm(request.POST or None, initial={"version": review.version})
    return _correct(request, review, _REOPEN, form, partial(services.reopen, at=clock.now()))


@require_http_methods(["GET", "POST"])
@needs("reviews.correct")
def review_close(request: TenantRequest, review_id: int) -> HttpResponse:
    review = selectors.get_review(request.actor, review_id, today(request))
    form = ReasonForm(request.POST or None, initial={"version": review.version})
    return _correct(request, review, _CLOSE, form, partial(services.close_unsigned, at=clock.now()))


@require_http_methods(["GET", "POST"])
@needs("reviews.correct")
def review_reviewer(request: TenantRequest, review_id: int) -> HttpResponse:
    day = today(request)
    review = selectors.get_review(request.actor, review_id, day)
    form = ReviewerForm(request.POST or None, review=review, today=day)
    return _correct(request, review, _REVIEWER, form, partial(services.change_reviewer, as_of=day))


def _correct(
    request: TenantRequest, review: Review, what: Correction, form: forms.Form, writes: Callable[..., Review]
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        if "reviewer" in values:
            values["reviewer_id"] = values.pop("reviewer").pk
        try:
            writes(actor=request.actor, review_id=review.pk, **{**values, "version": values["version"] or 0})
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, str(what.done))
            return redirect(request, "review_detail", request.tenant.slug, review.pk)
    answer = invalid if request.method == "POST" else render
    return answer(request, "reviews/cycles/review_correct.html", {"form": form, "review": review, "what": what})
