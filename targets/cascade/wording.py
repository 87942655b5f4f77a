"""The lights in words, in the reader's language."""

from __future__ import annotations

from fractions import Fraction

from django.utils.translation import gettext, gettext_lazy

from salesops.lib.templatetags import numbers
from targets.cascade.smart import Evidence, Light, Minor, Part

NAMES = {
    "specific": gettext_lazy("Specific"),
    "measurable": gettext_lazy("Measurable"),
    "achievable": gettext_lazy("Achievable"),
    "relevant": gettext_lazy("Relevant"),
    "time_bound": gettext_lazy("Time-bound"),
}
VERDICTS = {
    "good": gettext_lazy("on track"),
    "warn": gettext_lazy("look again"),
    "risk": gettext_lazy("not realistic"),
    "none": gettext_lazy("no data"),
}


def name(light: Light) -> str:
    return str(NAMES[light.key])


def label(light: Light) -> str:
    """What the mark says to those who do not see it: `Achievable: look again`."""
    return f"{NAMES[light.key]}: {VERDICTS[light.tone]}"


def sentence(evidence: Evidence, currency: str) -> str:
    """The evidence with its numbers as people read them."""
    return gettext(evidence.sentence) % {key: _shown(part, key, currency) for key, part in evidence.parts.items()}


def _shown(part: Part, key: str, currency: str) -> str:
    if isinstance(part, Minor):
        return numbers.amount(part.value, currency)
    if isinstance(part, Fraction):
        return numbers.signed_percent(part) if key == "growth" else numbers.percent(part)
    return numbers.count(part) if isinstance(part, int) else part
