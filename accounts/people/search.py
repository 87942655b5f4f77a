"""Colleagues in the palette, by name or pinyin."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.access.actor import Actor
from accounts.access.search import Hit, SearchSource
from accounts.people.directory import ORDER, members, narrowed
from accounts.people.services import sort_key


def _find(actor: Actor, text: str, as_of: date, limit: int) -> Sequence[Hit]:
    """Two queries."""
    named = narrowed(members(actor, as_of), as_of).filter(sort_name__startswith=sort_key(text))
    return [
        Hit(
            one.full_name,
            one.current[0].team.name if one.current else "",  # type: ignore[attr-defined]  # prefetched by `members`
            reverse("member_detail", kwargs={"tenant": actor.tenant.slug, "member_id": one.pk}),
        )
        for one in named.order_by(*ORDER)[:limit]
    ]


SOURCE = SearchSource("members", 30, _("People"), "user", "people.view", _find)
