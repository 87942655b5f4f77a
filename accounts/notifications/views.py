"""The inbox, and the page of outgoing mail."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.access.views import TenantRequest, needs
from accounts.notifications import selectors, services
from accounts.notifications.models import MailState
from salesops.lib import clock
from salesops.lib.errors import DomainError
from salesops.lib.forms import translated
from salesops.lib.htmx import redirect, render
from salesops.lib.keyset import page, query_with


@require_GET
@needs("people.view")
def inbox(request: TenantRequest) -> HttpResponse:
    unread_only = request.GET.get("show") == "unread"
    found, lines = selectors.inbox_page(request.actor, request.GET.get("cursor", ""), unread_only=unread_only)
    address = reverse("inbox", args=[request.tenant.slug])
    context = {
        "lines": lines,
        "unread_only": unread_only,
        "unread": getattr(request.actor.member, "unread", 0),
        "views": [
            {"label": _("All"), "url": address, "current": not unread_only},
            {"label": _("Unread"), "url": f"{address}?show=unread", "current": unread_only},
        ],
        "next_url": query_with(request.GET, found.next),
        "previous_url": query_with(request.GET, found.previous),
    }
    return render(request, "accounts/notifications/inbox.html", context, fragment="accounts/notifications/_lines.html")


@require_POST
@needs("people.view")
def notification_open(request: TenantRequest, notification_id: int) -> HttpResponse:
    """Read it, and on to what it is about."""
    told = services.mark_read(actor=request.actor, notification_id=notification_id, at=clock.now())
    inside = url_has_allowed_host_and_scheme(told.url, allowed_hosts=None)
    return redirect(request, told.url if told.url and inside else reverse("inbox", args=[request.tenant.slug]))


@require_POST
@needs("people.view")
def inbox_read(request: TenantRequest) -> HttpResponse:
    number = services.mark_all_read(actor=request.actor, at=clock.now())
    text = ngettext("%(count)s notification is marked as read.", "%(count)s notifications are marked as read.", number)
    messages.success(request, text % {"count": number})
    return redirect(request, "inbox", request.tenant.slug)


@require_GET
@needs("settings.manage")
def mail_list(request: TenantRequest) -> HttpResponse:
    state = request.GET.get("state", "")
    mails = selectors.outbox(request.actor, state)
    found = page(mails, by=selectors.MAIL_ORDER, cursor=request.GET.get("cursor", ""))
    address = reverse("mail_list", args=[request.tenant.slug])
    views = [{"label": _("All"), "url": address, "current": state not in MailState.values}]
    views += [
        {"label": label.capitalize(), "url": f"{address}?state={value}", "current": state == value}
        for value, label in ((each.value, str(each.label)) for each in MailState)
    ]
    context = {
        "rows": [selectors.mail_row(mail) for mail in found.rows],
        "views": views,
        "filtered": state in MailState.values,
        "next_url": query_with(request.GET, found.next),
        "previous_url": query_with(request.GET, found.previous),
    }
    return render(request, "accounts/notifications/mail_list.html", context)


@require_POST
@needs("settings.manage")
def mail_send_again(request: TenantRequest, mail_id: int) -> HttpResponse:
    try:
        services.send_again(actor=request.actor, mail_id=mail_id)
    except DomainError as error:
        messages.error(request, translated(error))
    else:
        messages.success(request, _("It goes again, within a minute."))
    return redirect(request, "mail_list", request.tenant.slug)
