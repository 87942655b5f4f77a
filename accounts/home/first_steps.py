"""What a new company begins with here: its people, and its teams."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.home.steps import FirstStep
from accounts.people.models import Member, Team

FIRST_STEPS = [
    FirstStep(
        "members",
        10,
        _("Add your people"),
        _("By hand here, or all at once by importing your CRM's export."),
        "member_list",
        _("Members"),
        "people.manage",
        lambda actor: Member.objects.exclude(pk=actor.member.pk if actor.member else None),
    ),
    FirstStep(
        "teams",
        20,
        _("Make teams and put somebody in charge"),
        _("A target is split along this tree."),
        "team_list",
        _("Teams"),
        "people.manage",
        lambda actor: Team.objects.all(),
    ),
]
