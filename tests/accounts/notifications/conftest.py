"""A kind of notification of the tests' own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from accounts.notifications import registry
from accounts.notifications.registry import NotificationKind

LUNCH = NotificationKind(
    "test.lunch",
    label="Lunch",
    text="%(cook)s cooks %(dish)s on %(day_on)s.",
    icon="bell",
    mail_default=True,
)


@pytest.fixture(autouse=True)
def lunch() -> Iterator[NotificationKind]:
    registry.register(LUNCH)
    yield LUNCH
    del registry._kinds[LUNCH.name]
