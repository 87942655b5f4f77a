"""How parts of a case are written in the reader's language."""

from __future__ import annotations

from django.utils.text import Truncator

SEVERITY_TONES = {"critical": "risk", "high": "warn", "normal": "", "low": ""}


def quote(text: str, longest: int) -> str:
    """The beginning of what somebody said, on one line."""
    return Truncator(" ".join(text.split())).chars(longest)
