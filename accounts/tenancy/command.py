"""What every command that works in one tenant has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.tenancy.context import tenant_scope
from accounts.tenancy.models import Tenant
from salesops.lib.errors import DomainError, DomainErrors, gettext_noop


class TenantCommand(BaseCommand, ABC):
    """Enters the tenant of `--tenant` and calls `work`. A refusal is printed as a line for each problem, on standard
    error with its option, path or row, and the exit status is 2; a transaction left open by it is rolled back."""

    about = ""  # the argument with the file that a refusal without a field is about

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", required=True, metavar="SLUG", help="the company's address, as in /t/SLUG/")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            tenant = _tenant(options["tenant"])
            with tenant_scope(tenant.pk):
                self.work(tenant, options)
        except DomainError as error:
            for problem in error.errors if isinstance(error, DomainErrors) else (error,):
                self.stderr.write(_line(problem, options, self.about), style_func=str)
            raise SystemExit(2) from None

    @abstractmethod
    def work(self, tenant: Tenant, options: dict[str, Any]) -> None:
        """What the command does, inside the tenant and outside any transaction."""


def _line(problem: DomainError, options: dict[str, Any], about: str) -> str:
    """`--amount: …` where the field is one of the command's options, else the path or row as it is."""
    message = " ".join(problem.message.split())
    where = problem.field or (str(options[about]) if about else "")
    if where in options:
        where = f"--{where.replace('_', '-')}"
    return f"{where}: {message}" if where else message


def _tenant(slug: str) -> Tenant:
    tenant = Tenant.objects.filter(slug=slug).first()
    if tenant is None:
        raise DomainError("unknown_tenant", gettext_noop("There is no company at “%(slug)s”."), "tenant", slug=slug)
    return tenant
