"""`manage.py load_plan`: a plan document from a file, and whom it is for."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from accounts.access.actor import Actor
from accounts.people.models import Member, Role, Team
from accounts.tenancy.command import TenantCommand
from accounts.tenancy.models import Tenant
from incentives.engine.document import load_json
from incentives.plans.models import Plan, PlanVersion
from incentives.plans.services import Target, add_version, assign, create_plan
from salesops.lib.errors import DomainError, gettext_noop


class Command(TenantCommand):
    help = (
        "Loads a plan document as a new plan or a new version of it, and assigns it. The same document again changes "
        "nothing. Exit status 2: one line per problem, with its path in the document."
    )

    about = "document"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--name", required=True, help="the plan's name")
        parser.add_argument("--effective", required=True, metavar="YYYY-MM-01", help="the first day it holds")
        parser.add_argument(
            "--assign",
            action="append",
            default=[],
            metavar="KIND:NAME",
            help="role:rep, team:NAME or member:FULL NAME; may be given several times",
        )
        parser.add_argument("document", type=Path, metavar="PLAN.json")

    def work(self, tenant: Tenant, options: dict[str, Any]) -> None:
        effective = _day(options["effective"])
        document = load_json(_content(options["document"]))
        with transaction.atomic():
            before = PlanVersion.objects.count()
            version = load(Actor.operator(tenant), options["name"], effective, document, options["assign"])
            made = PlanVersion.objects.count() > before
        self.stdout.write(f"{version}: {'loaded' if made else 'nothing new'}, effective {version.effective_from}.")


def load(actor: Actor, name: str, effective: date, document: object, targets: list[str]) -> PlanVersion:
    """The version, made if it is new, with its assignments from the effective day on."""
    found = [read_target(text) for text in targets]
    plan = Plan.objects.filter(name=" ".join(name.split())).first()
    if plan is None:
        version = create_plan(actor=actor, name=name, effective_from=effective, document=document)
    else:
        version = add_version(actor=actor, plan=plan, effective_from=effective, document=document)
    for target in found:
        assign(actor=actor, plan=version.plan, target=target, starts_on=effective)
    return version


def read_target(text: str) -> Target:
    """`role:rep`, `team:NAME` or `member:FULL NAME`."""
    kind, _, name = text.partition(":")
    if kind == "role" and name in Role.values:
        return Target(role=name)
    if kind == "team" and (team := Team.objects.filter(name=name).first()):
        return Target(team=team)
    if kind == "member" and (member := Member.objects.filter(full_name=name).first()):
        return Target(member=member)
    if kind not in {"role", "team", "member"}:
        message = gettext_noop("“%(text)s” is not role:ROLE, team:NAME or member:FULL NAME.")
        raise DomainError("bad_target", message, "assign", text=text)
    message = gettext_noop("there is no %(kind)s named “%(name)s”.")
    raise DomainError("unknown_target", message, "assign", kind=kind, name=name)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = gettext_noop("“%(text)s” is not a date like 2017-10-01.")
        raise DomainError("bad_date", message, "effective", text=text) from None


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a null byte in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise DomainError("unreadable", gettext_noop("cannot be read: %(reason)s"), reason=reason) from None
