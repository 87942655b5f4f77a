"""The pages of members, teams and the company."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access.policy import has
from accounts.access.views import TenantRequest, needs, today
from accounts.invitations.selectors import latest_invitation
from accounts.invitations.services import invite
from accounts.people import changes, directory, services
from accounts.people.forms import (
    CompanyForm,
    LeadForm,
    LeaveForm,
    LineManagerForm,
    MemberAddForm,
    MemberEditForm,
    MoveForm,
    RegionForm,
    SignInForm,
    TeamForm,
)
from accounts.people.models import Member, Role
from accounts.people.panels import member_panels
from salesops.lib import clock
from salesops.lib.errors import DomainError
from salesops.lib.forms import add_domain_error, translated
from salesops.lib.htmx import invalid, redirect, render
from salesops.lib.keyset import page, query_with

P = ParamSpec("P")
View = Callable[Concatenate[TenantRequest, P], HttpResponseBase]


def form_on(page_view: Callable[..., HttpResponseBase]) -> Callable[[View[P]], Callable[..., HttpResponseBase]]:
    """The address of a form that stands on another page: POST is the form, and whoever reloads a refused one sees that
    page again."""

    def decorate(view: View[P]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def chosen(request: TenantRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            return (view if request.method == "POST" else page_view)(request, *args, **kwargs)

        return chosen

    return decorate


# --- Members ---------------------------------------------------------------------------------------------------------


@require_GET
@needs("people.view")
def member_list(request: TenantRequest) -> HttpResponse:
    day = today(request)
    filters = {name: request.GET.get(name, "").strip() for name in ("search", "role", "team", "state")}
    found = page(
        directory.narrowed(directory.members(request.actor, day), day, **filters),
        by=directory.ORDER,
        cursor=request.GET.get("cursor", ""),
    )
    context = {
        "page": found,
        "filters": filters,
        "filtered": any(filters.values()),
        "next_url": query_with(request.GET, found.next),
        "previous_url": query_with(request.GET, found.previous),
        "roles": Role.choices,
        "teams": list(directory.teams(request.actor)),
        "may_manage": has(request.actor, "people.manage"),
    }
    return render(request, "accounts/people/member_list.html", context, fragment="accounts/people/_member_table.html")


@require_http_methods(["GET", "POST"])
@needs("people.manage")
def member_add(request: TenantRequest) -> HttpResponse:
    form = MemberAddForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            member = _add_member(request, form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("%(name)s is a member now.") % {"name": member.full_name})
            return redirect(request, "member_detail", request.tenant.slug, member.pk)
    return _form_page(request, "accounts/people/member_add.html", {"form": form})


@transaction.atomic
def _add_member(request: TenantRequest, cleaned: dict[str, Any]) -> Member:
    """With an e-mail they are invited; without one they only appear in figures."""
    team, email = cleaned.pop("team"), cleaned.pop("email")
    member = services.add_member(actor=request.actor, **cleaned)
    if team is not None:
        services.put_in_team(actor=request.actor, member=member, team=team, starts_on=member.hired_on)
    if email:
        invite(actor=request.actor, member_id=member.pk, email=email, at=clock.now())
    return member


@require_GET
@needs("people.view")
def member_detail(request: TenantRequest, member_id: int) -> HttpResponse:
    return render(request, "accounts/people/member_detail.html", _member_context(request, member_id))


@require_http_methods(["GET", "POST"])
@needs("people.manage")
@form_on(member_detail)
def member_edit(request: TenantRequest, member_id: int) -> HttpResponse:
    member = directory.member_of(request.actor, member_id, today(request))
    form = MemberEditForm(request.POST)
    if form.is_valid():
        try:
            changes.update_member(actor=request.actor, member=member, **form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
    return _member_answer(request, member_id, "edit_form", form, _("Saved."))


@require_http_methods(["GET", "POST"])
@needs("people.manage")
@form_on(member_detail)
def member_move(request: TenantRequest, member_id: int) -> HttpResponse:
    member = directory.member_of(request.actor, member_id, today(request))
    form = MoveForm(request.POST)
    if form.is_valid():
        try:
            changes.move(actor=request.actor, member=member, at=clock.now(), **form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
    return _member_answer(request, member_id, "move_form", form, _("The team is set."))


@require_POST
@needs("people.manage")
def member_move_take_back(request: TenantRequest, membership_id: int) -> HttpResponse:
    try:
        row = changes.take_back_move(actor=request.actor, membership_id=membership_id, as_of=today(request))
    except DomainError as error:
        messages.error(request, translated(error))
        return redirect(request, "member_list", request.tenant.slug)
    messages.success(request, _("The move is taken back."))
    return redirect(request, "member_detail", request.tenant.slug, row.member_id)


@require_http_methods(["GET", "POST"])
@needs("people.manage")
@form_on(member_detail)
def member_line_manager(request: TenantRequest, member_id: int) -> HttpResponse:
    day = today(request)
    member = directory.member_of(request.actor, member_id, day)
    form = LineManagerForm(request.POST)
    if form.is_valid():
        name = form.cleaned_data["manager"]
        try:
            manager = directory.present_member_named(request.actor, name, day, field="manager") if name else None
            changes.set_line_manager(actor=request.actor, member=member, manager=manager)
        except DomainError as error:
            add_domain_error(form, error)
    return _member_answer(request, member_id, "line_manager_form", form, _("Saved."))


@require_http_methods(["GET", "POST"])
@needs("people.manage")
@form_on(member_detail)
def member_sign_in(request: TenantRequest, member_id: int) -> HttpResponse:
    member = directory.member_of(request.actor, member_id, today(request))
    form = SignInForm(request.POST)
    if form.is_valid():
        try:
            invite(actor=request.actor, member_id=member.pk, email=form.cleaned_data["email"], at=clock.now())
        except DomainError as error:
            add_domain_error(form, error)
    return _member_answer(request, member_id, "sign_in_form", form, _("The invitation is on its way."))


@require_http_methods(["GET", "POST"])
@needs("people.manage")
@form_on(member_detail)
def member_leave(request: TenantRequest, member_id: int) -> HttpResponse:
    member = directory.member_of(request.actor, member_id, today(request))
    form = LeaveForm(request.POST)
    if form.is_valid():
        try:
            changes.leave(actor=request.actor, member=member, **form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
    return _member_answer(request, member_id, "leave_form", form, _("The last day is set."))


@require_POST
@needs("people.manage")
def member_return(request: TenantRequest, member_id: int) -> HttpResponse:
    member = directory.member_of(request.actor, member_id, today(request))
    changes.come_back(actor=request.actor, member=member)
    messages.success(request, _("Taken back: %(name)s stays.") % {"name": member.full_name})
    return redirect(request, "member_detail", request.tenant.slug, member_id)


def _member_context(request: TenantRequest, member_id: int) -> dict[str, Any]:
    day = today(request)
    member = directory.member_of(request.actor, member_id, day)
    context = {
        "member": member,
        "roles": [Role(role).label for role in member.roles],
        "has_left": member.left_on is not None and member.left_on < day,
        "career": directory.career_of(request.actor, member),
        "may_manage": has(request.actor, "people.manage"),
        "is_self": request.actor.member == member,
        "today": day,
        "panels": member_panels.shown_to(request.actor, member_id=member_id),
    }
    if context["may_manage"]:
        context |= {
            "edit_form": MemberEditForm.of(member),
            "line_manager_form": LineManagerForm(initial={"manager": member.line_manager}),
            "suggestions": directory.likely_leads(request.actor, day),
            "invitation": latest_invitation(request.actor, member, clock.now()),
            "move_form": MoveForm(initial={"starts_on": day}),
            "sign_in_form": SignInForm(),
            "leave_form": LeaveForm(initial={"last_day": day}),
        }
    return context


def _member_answer(request: TenantRequest, member_id: int, name: str, form: Any, done: str) -> HttpResponse:
    """Back to the member's page; with a refused form, the page with what was typed and what is wrong with it."""
    if form.errors:
        context = _member_context(request, member_id) | {name: form, "open": name}
        return invalid(request, "accounts/people/member_detail.html", context)
    messages.success(request, done)
    return redirect(request, "member_detail", request.tenant.slug, member_id)


# --- Teams and regions -----------------------------------------------------------------------------------------------


@require_GET
@needs("people.view")
def team_list(request: TenantRequest) -> HttpResponse:
    return render(request, "accounts/people/team_list.html", _teams_context(request))


@require_http_methods(["GET", "POST"])
@needs("people.manage")
@form_on(team_list)
def team_add(request: TenantRequest) -> HttpResponse:
    form = TeamForm(request.POST)
    if form.is_valid():
        try:
            team = services.add_team(actor=request.actor, **form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("The team is there; now put somebody in charge."))
            return redirect(request, "team_detail", request.tenant.slug, team.pk)
    return invalid(request, "accounts/people/team_list.html", _teams_context(request) | {"team_form": form})


@require_http_methods(["GET", "POST"])
@needs("people.manage")
@form_on(team_list)
def region_add(request: TenantRequest) -> HttpResponse:
    form = RegionForm(request.POST)
    if form.is_valid():
        try:
            services.add_region(actor=request.actor, **form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("The region is there."))
            return redirect(request, "team_list", request.tenant.slug)
    return invalid(request, "accounts/people/team_list.html", _teams_context(request) | {"region_form": form})


def _teams_context(request: TenantRequest) -> dict[str, Any]:
    return {
        "rows": directory.team_tree(request.actor, today(request)),
        "regions": list(directory.regions(request.actor)),
        "may_manage": has(request.actor, "people.manage"),
        "team_form": TeamForm(prefix=None),
        "region_form": RegionForm(auto_id="region_%s"),
    }


@require_GET
@needs("people.view")
def team_detail(request: TenantRequest, team_id: int) -> HttpResponse:
    return render(request, "accounts/people/team_detail.html", _team_context(request, team_id))


@require_http_methods(["GET", "POST"])
@needs("people.manage")
@form_on(team_detail)
def team_lead(request: TenantRequest, team_id: int) -> HttpResponse:
    team = directory.team_of(request.actor, team_id)
    form = LeadForm(request.POST)
    if form.is_valid():
        try:
            lead = directory.present_member_named(request.actor, form.cleaned_data["member"], today(request))
            starts_on = form.cleaned_data["starts_on"]
            changes.appoint(actor=request.actor, member=lead, team=team, starts_on=starts_on, at=clock.now())
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("%(name)s is in charge.") % {"name": lead.full_name})
            return redirect(request, "team_detail", request.tenant.slug, team_id)
    return invalid(request, "accounts/people/team_detail.html", _team_context(request, team_id) | {"lead_form": form})


def _team_context(request: TenantRequest, team_id: int) -> dict[str, Any]:
    day = today(request)
    context = {
        "page": directory.team_page(request.actor, team_id, day),
        "may_manage": has(request.actor, "people.manage"),
    }
    if context["may_manage"]:
        context |= {
            "lead_form": LeadForm(initial={"starts_on": day}),
            "suggestions": directory.likely_leads(request.actor, day),
        }
    return context


# --- The company -----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@needs("settings.manage")
def company_settings(request: TenantRequest) -> HttpResponse:
    form = CompanyForm(request.POST or None, initial=_company_as_it_is(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.update_tenant(actor=request.actor, **form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect(request, "company_settings", request.tenant.slug)
    context = {"form": form, "fiscal_month": MONTHS[request.tenant.fiscal_year_start]}
    return _form_page(request, "accounts/people/company_settings.html", context)


def _company_as_it_is(request: TenantRequest) -> dict[str, Any]:
    return {name: getattr(request.tenant, name) for name in CompanyForm.base_fields}


def _form_page(request: TenantRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    answer = invalid if context["form"].errors else render
    return answer(request, template, context)
