"""The one way a service says no.

A `DomainError` is raised by services and read in exactly two places: `salesops.lib.forms` turns it into a message
beside its field, and the API's exception handler into a problem document. Commands print it and exit with 2.
"""

from __future__ import annotations

from collections.abc import Sequence


def gettext_noop(message: str) -> str:
    """Marks a message for translation where it is written; it is translated where it is shown, in the reader's
    language. Django's own marker is not used, so that the engine and its helpers run without Django."""
    return message


class DomainError(Exception):
    """A refusal that a person can act on.

    `code` is stable and machine-readable. `message` is an English sentence, marked with `gettext_noop`, with
    `%(name)s` places filled from `params`; it names what was wrong and what was kept. `field` is the form field, JSON
    path or column it belongs to (None: the whole request).
    """

    def __init__(self, code: str, message: str, field: str | None = None, **params: object) -> None:
        super().__init__(message)
        self.code = code
        self.msgid = message
        self.params = params
        self.field = field

    @property
    def message(self) -> str:
        """The sentence in English, for logs and commands."""
        return self.msgid % self.params if self.params else self.msgid

    def __str__(self) -> str:
        return f"{self.field}: {self.message}" if self.field else self.message


class DomainErrors(DomainError):
    """Several refusals found in one pass (a plan document, an import file), so that nobody fixes them one by one."""

    def __init__(self, errors: Sequence[DomainError]) -> None:
        if not errors:
            raise ValueError("DomainErrors needs at least one error")
        super().__init__(errors[0].code, errors[0].msgid, errors[0].field, **errors[0].params)
        self.errors = tuple(errors)


class NotVisible(Exception):
    """The object does not exist for this actor: outside the tenant or outside the data scope. Always a 404."""
