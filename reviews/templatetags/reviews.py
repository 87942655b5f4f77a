"""When a part of a review is due, as its pages say it."""

from __future__ import annotations

from datetime import date

from django import template

from reviews.cycles.due import due_words
from reviews.cycles.models import Review

register = template.Library()


@register.filter
def due(review: Review, today: date) -> str:
    """“due in 3 days”, “2 days overdue”; nothing when it is done."""
    return due_words(review, today)


@register.filter
def late(review: Review, today: date) -> bool:
    return review.is_overdue(today)
