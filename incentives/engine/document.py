"""Reading JSON that a stranger wrote: every problem is collected under its path, nothing crashes, nothing is ignored.

A `Node` is a value and its path. Its readers return the value when it is good; otherwise they note a problem and return
a harmless default, so that one pass finds all problems. Numbers are decimal strings, never JSON numbers: a JSON number
becomes a binary float in most programs that write it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from salesops.lib.errors import DomainError, DomainErrors, gettext_noop

_DECIMAL = re.compile(r"-?\d{1,15}(?:\.\d{1,12})?", re.ASCII)  # 15 digits: the largest amount that fits in a bigint
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_PLAIN_KEY = re.compile(r"[\w-]{1,60}")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_YEARS = range(1900, 2900)  # what fiscal calendars are made for
_TEXT_LENGTH = 200
_ZERO: Final = Decimal(0)


class _Absent:
    """The value of a key that is not there (null is a value of its own)."""


_ABSENT = _Absent()


class Fields(dict[str, "Node"]):
    """The keys of an object; one that is missing reads as an absent node, whose readers return their defaults."""

    def __init__(self, nodes: Mapping[str, Node], owner: Node) -> None:
        super().__init__(nodes)
        self._owner = owner

    def __missing__(self, key: str) -> Node:
        return self._owner.child(key, _ABSENT)


@dataclass(frozen=True, slots=True)
class Node:
    value: object
    path: str
    problems: list[DomainError]

    @property
    def present(self) -> bool:
        return not isinstance(self.value, _Absent)

    @property
    def given(self) -> bool:
        """Whether there is a value other than null, which leaves an optional term out."""
        return self.present and self.value is not None

    def refuse(self, code: str, message: str, **params: object) -> None:
        self.problems.append(DomainError(code, message, self.path or None, **params))

    def child(self, key: str, value: object) -> Node:
        name = key if _PLAIN_KEY.fullmatch(key) else f"[{_quoted(key)}]"
        separator = "." if self.path and not name.startswith("[") else ""
        return Node(value, f"{self.path}{separator}{name}", self.problems)

    def fields(self, required: Iterable[str] = (), optional: Iterable[str] = ()) -> Fields:
        """The object's known keys; refuses unknown ones and missing required ones."""
        entries = self.entries()
        known = {*required, *optional}
        for key in entries:
            if key not in known:
                entries[key].refuse("unknown_key", gettext_noop("is not a known key"))
        for key in required if isinstance(self.value, dict) else ():
            if key not in entries:
                self.child(key, _ABSENT).refuse("required", gettext_noop("is required"))
        return Fields({key: node for key, node in entries.items() if key in known}, self)

    def entries(self) -> dict[str, Node]:
        """The keys of an object whose keys are data (period keys, names)."""
        if isinstance(self.value, dict):
            return {str(key): self.child(str(key), value) for key, value in self.value.items()}
        if self.present:
            self.refuse("not_an_object", gettext_noop("must be an object"))
        return {}

    def items(self) -> list[Node]:
        if isinstance(self.value, list):
            return [Node(value, f"{self.path}[{index}]", self.problems) for index, value in enumerate(self.value)]
        if self.present:
            self.refuse("not_a_list", gettext_noop("must be a list"))
        return []

    def text(self, default: str = "") -> str:
        if not self.present:
            return default
        if isinstance(self.value, str) and self.value.strip() and len(self.value) <= _TEXT_LENGTH:
            if not _UNPRINTABLE.search(self.value):
                return self.value
            self.refuse("unprintable", gettext_noop("must not contain control characters"))
        else:
            self.refuse("not_text", gettext_noop("must be a text of 1 to %(length)s characters"), length=_TEXT_LENGTH)
        return default

    def optional_text(self) -> str | None:
        """A text, or None where it is null or left out."""
        return None if self.value is None or not self.present else self.text()

    def number(self) -> Decimal | None:
        """A decimal string; None (and a problem) when it is not one."""
        if not self.present:
            return None
        if isinstance(self.value, str) and _DECIMAL.fullmatch(self.value):
            return Decimal(self.value)
        if isinstance(self.value, str) and re.fullmatch(r"-?\d+(\.\d+)?", self.value[:999], re.ASCII):
            self.refuse("out_of_range", gettext_noop("must have at most 15 digits and 12 decimals"))
        else:
            self.refuse("not_a_decimal", gettext_noop("must be a decimal string"))
        return None

    def positive(self) -> Decimal | None:
        """A decimal string that is zero or above."""
        value = self.number()
        if value is not None and value < 0:
            self.refuse("negative", gettext_noop("must not be negative"))
            return None
        return value

    def part(self, default: Decimal) -> Decimal:
        """A decimal string from 0 to 1."""
        value = self.positive() if self.given else default
        if value is not None and value > 1:
            self.refuse("above_one", gettext_noop("must be from 0 to 1"))
            return default
        return default if value is None else value

    def decimal(self, default: Decimal = _ZERO) -> Decimal:
        value = self.number()
        return default if value is None else value

    def money(self, digits: int) -> int | None:
        """An amount of zero or more with no more decimals than the currency has, in minor units."""
        value = self.positive()
        return None if value is None else self.whole_minor(value, digits)

    def whole_minor(self, value: Decimal, digits: int) -> int | None:
        minor = value.scaleb(digits)
        if minor != minor.to_integral_value():
            self.refuse("too_precise", gettext_noop("has more decimals than the currency"))
            return None
        return int(minor)

    def choice(self, options: tuple[str, ...]) -> str:
        """One of `options`, of which the first is the default."""
        if not self.present or (isinstance(self.value, str) and self.value in options):
            return str(self.value) if self.present else options[0]
        self.refuse("not_a_choice", gettext_noop("must be one of: %(options)s"), options=", ".join(options))
        return options[0]

    def flag(self) -> bool:
        if self.present and not isinstance(self.value, bool):
            self.refuse("not_a_flag", gettext_noop("must be true or false"))
        return self.value is True

    def whole(self, allowed: range, default: int) -> int:
        if not self.present:
            return default
        if isinstance(self.value, int) and not isinstance(self.value, bool) and self.value in allowed:
            return self.value
        if len(allowed) == 1:
            self.refuse("not_whole", gettext_noop("must be the number %(only)s"), only=allowed.start)
        else:
            message = gettext_noop("must be a whole number from %(low)s to %(high)s")
            self.refuse("not_whole", message, low=allowed.start, high=allowed.stop - 1)
        return default

    def day(self) -> date | None:
        """A date as 2026-01-31; None where it is null or left out."""
        if self.value is None or not self.present:
            return None
        if isinstance(self.value, str) and _DAY.fullmatch(self.value):
            try:
                found = date.fromisoformat(self.value)
            except ValueError:
                found = date.max
            if found.year in _YEARS:
                return found
        self.refuse("not_a_date", gettext_noop("must be a date such as 2026-01-31"))
        return None


def root(value: object) -> Node:
    return Node(value, "", [])


def raise_problems(node: Node) -> None:
    """Ends a pass: raises everything that was found in it."""
    if node.problems:
        raise DomainErrors(node.problems)


def load_json(content: bytes) -> object:
    """JSON as strictly as a plan needs it: UTF-8, no key twice, no NaN. Raises `DomainError` with one clear line."""
    try:
        return json.loads(content.decode("utf-8-sig"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        message = gettext_noop("is not UTF-8 text (byte %(place)s)")
        raise DomainError("not_utf8", message, place=error.start) from None
    except json.JSONDecodeError as error:
        message = gettext_noop("is not JSON: %(reason)s (line %(line)s, column %(column)s)")
        raise DomainError("not_json", message, reason=error.msg, line=error.lineno, column=error.colno) from None
    except RecursionError:
        raise DomainError("too_deep", gettext_noop("is nested too deeply")) from None
    except ValueError:  # Python refuses to read integers of thousands of digits
        raise DomainError("not_json", gettext_noop("contains a number that is too long")) from None


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    entries = dict(pairs)
    if len(entries) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise DomainError("duplicate_key", gettext_noop("has the key %(key)s twice in one object"), key=_quoted(twice))
    return entries


def _no_constant(name: str) -> object:
    raise DomainError("not_json", gettext_noop("contains %(name)s, which is not a number in JSON"), name=name)


def _quoted(key: str) -> str:
    return json.dumps(key[:60])
