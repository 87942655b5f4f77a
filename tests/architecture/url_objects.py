"""What stands in an address: a row that belongs to the company's rep (Acme's rob), made if need be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from accounts.access.actor import Actor
from accounts.access.tokens import create_token
from accounts.jobs.models import JobRun, JobState
from accounts.jobs.registry import kinds
from accounts.people.models import Member
from tests.factories import MARKER, Company


def _rep(company: Company) -> Member:
    return company.members["rob" if "rob" in company.members else "rep"]


def _name(company: Company) -> str:
    return f"{company.tenant.name} {MARKER}" if company.tenant.slug == "stranger" else company.tenant.name


def _token(company: Company) -> int:
    token, __ = create_token(actor=Actor(company.tenant, _rep(company)), name=_name(company))
    return token.pk


def _job(company: Company) -> int:
    """Work that the rep asked for and that has stopped."""
    kind = kinds()[0]
    job = JobRun.objects.create(
        kind=kind.name,
        queue=kind.queue,
        input_version=uuid4().hex,
        requested_by=_rep(company),
        state=JobState.DEAD,
        error=_name(company),
    )
    return job.pk


# The name of the part of the address → the row's value, called inside the company.
OBJECTS: dict[str, Callable[[Company], Any]] = {
    "member_id": lambda company: _rep(company).pk,
    "team_id": lambda company: min(team.pk for team in company.teams.values()),
    "token_id": _token,
    "job_id": _job,
    "uidb36": lambda company: "1",
    "key": lambda company: "no-such-key",
}
