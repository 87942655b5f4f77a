"""What people write about a case when they log it or put it right."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from reviews.feedback.models import FeedbackCase


@dataclass(frozen=True, slots=True)
class FeedbackValues:
    """`text` in the customer's words; `rating` 0 to 10, if they gave one."""

    customer_id: int
    text: str
    kind: str
    channel: str
    contact_id: int | None = None
    deal_id: int | None = None
    product_id: int | None = None
    rating: int | None = None

    @classmethod
    def of(cls, case: FeedbackCase) -> FeedbackValues:
        return cls(**{field.name: getattr(case, field.name) for field in fields(cls)})

    def changes_of(self, case: FeedbackCase) -> dict[str, Any]:
        wanted = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in wanted.items() if getattr(case, name) != value}
