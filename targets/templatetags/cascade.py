"""Filters for the cascade's lights."""

from __future__ import annotations

from django import template

from targets.cascade import wording
from targets.cascade.smart import Light

register = template.Library()

register.filter("light_name", wording.name)
register.filter("light_label", wording.label)


@register.filter
def light_evidence(light: Light, currency: str) -> str:
    """Why the light is as it is."""
    return wording.sentence(light.evidence, currency)
