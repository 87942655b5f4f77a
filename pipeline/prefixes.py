"""Finding what begins with a text, by an index.

Under row-level security PostgreSQL uses an index only for operators that are known to leak nothing of rows that one may
not see. LIKE is none; the comparisons in byte order are, and an index with `text_pattern_ops` serves them.
"""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, Lookup, Q

_SURROGATES = range(0xD800, 0xE000)  # no characters
_LAST = 0x10FFFF


class _InByteOrder(Lookup):
    operator: str

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} {self.operator} {right}", [*left_params, *right_params]


@CharField.register_lookup
class _From(_InByteOrder):
    lookup_name = "from_bytes"
    operator = "~>=~"


@CharField.register_lookup
class _Below(_InByteOrder):
    lookup_name = "below_bytes"
    operator = "~<~"


def begins(column: str, text: str) -> Q:
    """Rows whose `column` begins with exactly this text: everything from it on, up to the next text of its length."""
    found = Q(**{f"{column}__from_bytes": text})
    end = _next(text)
    return found & Q(**{f"{column}__below_bytes": end}) if end else found


def _next(text: str) -> str:
    """The first text, in byte order of UTF-8, behind all that begin with this one; blank where there is none."""
    while text and ord(text[-1]) == _LAST:
        text = text[:-1]
    if not text:
        return ""
    code = ord(text[-1]) + 1
    return text[:-1] + chr(_SURROGATES.stop if code in _SURROGATES else code)
