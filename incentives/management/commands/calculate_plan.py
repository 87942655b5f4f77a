"""`manage.py calculate_plan CASE.json …`: the engine on case files, without a database.

One file prints its result as a document; several print one result a line in their order, `null` where one failed.
Problems go to standard error, one line each as `path: message`, and the exit status is then 2.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from incentives.engine import calculate
from incentives.engine.case import read_case
from incentives.engine.case_result import case_result
from incentives.engine.document import load_json
from salesops.lib.errors import DomainError, DomainErrors, gettext_noop


class Command(BaseCommand):
    help = "Calculates self-contained commission cases; needs no database."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("cases", nargs="+", metavar="CASE.json", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        paths: list[Path] = options["cases"]
        failed = False
        for path in paths:
            try:
                result: dict[str, object] | None = result_of(path)
            except DomainError as error:
                failed, result = True, None
                self._report(error, path, several=len(paths) > 1)
            if len(paths) > 1:
                self.stdout.write(json.dumps(result))
            elif result is not None:
                self.stdout.write(json.dumps(result, indent=1))
        if failed:
            raise SystemExit(2)

    def _report(self, error: DomainError, path: Path, *, several: bool) -> None:
        for problem in error.errors if isinstance(error, DomainErrors) else (error,):
            where = f"{path}: " if several and problem.field else ""
            self.stderr.write(f"{where}{problem.field or path}: {problem.message}", style_func=str)


def result_of(path: Path) -> dict[str, object]:
    """The result of one case file. Raises `DomainError` for anything that is wrong with it."""
    try:
        content = path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a null byte in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise DomainError("unreadable", gettext_noop("cannot be read: %(reason)s"), reason=reason) from None
    inputs = read_case(load_json(content))
    return case_result(inputs, calculate(inputs))
