"""How often somebody may try the door: counted in the database, so that it holds with Redis down."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from accounts.access.models import Attempt

_KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `amount` attempts by the same key within `window`."""

    name: str
    amount: int
    window: timedelta

    def reached(self, key: str, now: datetime) -> bool:
        """Whether the key has used up its attempts. Those of one key wait for each other until their transactions
        end, so that a hundred at once do not all count the same five."""
        digest = _digest(self.name, key)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [digest])
        return Attempt.objects.filter(limit=self.name, key=digest, at__gt=now - self.window).count() >= self.amount

    def count(self, key: str, now: datetime) -> None:
        """One more attempt; yesterday's are forgotten."""
        Attempt.objects.filter(at__lt=now - _KEPT).delete()
        Attempt.objects.create(limit=self.name, key=_digest(self.name, key), at=now)

    def forget(self, key: str) -> None:
        Attempt.objects.filter(limit=self.name, key=_digest(self.name, key)).delete()


def _digest(name: str, key: str) -> str:
    return hashlib.sha256(f"{name}:{key}".encode()).hexdigest()


# Five wrong passwords are a bad morning, not an attack; an office behind one address has many mornings at once.
SIGN_IN_BY_USER = Limit("sign-in:user", 5, timedelta(minutes=5))
SIGN_IN_BY_ADDRESS = Limit("sign-in:address", 50, timedelta(minutes=5))
SIGN_UP_BY_ADDRESS = Limit("sign-up:address", 20, timedelta(hours=1))
# Only links that name nothing count: one person opens a wrong one twice or thrice, a guesser thousands.
INVITATION_BY_ADDRESS = Limit("invitation:address", 20, timedelta(hours=1))
