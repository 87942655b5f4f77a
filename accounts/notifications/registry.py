"""The kinds of notifications, and their wording. Each app registers its own in `AppConfig.ready`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext

Params = Mapping[str, Any]


def _nothing_else(params: Params) -> Params:
    return {}


@dataclass(frozen=True, slots=True)
class NotificationKind:
    """A reason to tell people something.

    `text` is an English sentence marked with `gettext_noop`, with `%(name)s` places filled from the params it was
    sent with. Params are kept as they are and worded when somebody reads: one whose name ends in `_on` is an ISO date
    and is written the reader's way; `shown` answers the words for others (money, codes), in the language then in force.
    `mail_default`: whether it also goes by mail for those who have not chosen; `letter` is the template of that mail.
    """

    name: str
    label: str | Promise
    text: str
    icon: str
    mail_default: bool = False
    shown: Callable[[Params], Params] = _nothing_else
    letter: str = "notice"

    def sentence(self, params: Params) -> str:
        """The sentence in the language in force. Of params that a newer text no longer finds, the bare text stays."""
        dates = {name: _date(value) for name, value in params.items() if name.endswith("_on")}
        try:
            return gettext(self.text) % {**params, **dates, **self.shown(params)}
        except (KeyError, ValueError, TypeError):
            return str(self.label)


_kinds: dict[str, NotificationKind] = {}


def register(*kinds: NotificationKind) -> None:
    """Called once by each app when it is ready."""
    for kind in kinds:
        if kind.name in _kinds:
            raise ValueError(f"The notification kind {kind.name} is registered twice.")
        _kinds[kind.name] = kind


def kinds() -> list[NotificationKind]:
    """Every kind, in the order of the apps."""
    return list(_kinds.values())


def find_kind(name: str) -> NotificationKind | None:
    """The kind, or None for a row that outlived its code."""
    return _kinds.get(name)


def get_kind(name: str) -> NotificationKind:
    """The kind of that name; a misspelt one is the caller's fault and raises `KeyError`."""
    return _kinds[name]


def _date(value: object) -> object:
    try:
        return date_format(date.fromisoformat(str(value)), "DATE_FORMAT")
    except ValueError:
        return value


# --- Letters: mails whose words need more than what was kept ----------------------------------------------------------


class NotWanted(Exception):
    """The mail has lost its reason since it was written; it is not sent."""


Prepare = Callable[[Params], Params]
_letters: dict[str, Prepare] = {}


def register_letter(template: str, prepare: Prepare) -> None:
    """`prepare` is asked when a mail of that template goes, in its tenant and language, with the context that was kept;
    it answers what the template needs besides, or raises `NotWanted`. So a secret link need not be kept."""
    if template in _letters:
        raise ValueError(f"The letter {template} is registered twice.")
    _letters[template] = prepare


def prepared(template: str, context: Params) -> Params:
    return _letters[template](context) if template in _letters else {}
