"""What Acme's customers say, logged through the services that people use."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from accounts.people.models import Member
from pipeline.customers.models import Customer
from reviews.feedback import services
from reviews.feedback.models import FeedbackCase
from reviews.feedback.values import FeedbackValues
from tests.factories import Company
from tests.pipeline.cast import acting, customer

NOON = datetime(2026, 3, 31, 16, tzinfo=UTC)  # a Tuesday, 12:00 in New York
WORDS = "Two of ten units came without brackets."


def said(
    company: Company,
    owner: Member,
    *,
    by: Customer | None = None,
    text: str = WORDS,
    severity: str = "normal",
    received_at: datetime = NOON,
    at: datetime | None = None,
    **values: Any,
) -> FeedbackCase:
    """A complaint by mail that the owner answers for, of a customer of the owner's."""
    written = FeedbackValues(
        customer_id=(by or customer_of(company, owner)).pk,
        text=text,
        **{"kind": "complaint", "channel": "email", **values},
    )
    return services.log(
        actor=company.operator,
        values=written,
        severity=severity,
        received_at=received_at,
        at=at or received_at,
        owner_id=owner.pk,
    )


def customer_of(company: Company, owner: Member) -> Customer:
    """The owner's one customer."""
    name = f"Customer of {owner.full_name}"
    return Customer.objects.filter(name=name).first() or customer(company, name, owner)


def answered(company: Company, case: FeedbackCase, by: Member, *, after: timedelta) -> FeedbackCase:
    at = case.received_at + after
    return services.answer(
        actor=acting(company, by), case_id=case.pk, version=case.version, text="We send them today.", at=at
    )


def resolved(company: Company, case: FeedbackCase, by: Member, *, after: timedelta) -> FeedbackCase:
    at = case.received_at + after
    return services.resolve(
        actor=acting(company, by), case_id=case.pk, version=case.version, resolution="Brackets delivered.", at=at
    )
