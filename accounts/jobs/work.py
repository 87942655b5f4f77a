"""What a job gets to work with."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from accounts.access.actor import Actor
from accounts.jobs.leases import hold
from accounts.tenancy.models import Tenant

_REPORT_EVERY = 0.3  # seconds; a page polls once a second, so more often would only cost


@dataclass(slots=True, eq=False)
class Work:
    """One attempt at a job, in chunks of at most a minute with `progress` or `writing` between them.

    Reads need their own `transaction.atomic()`. Whatever is written must be unique by its keys: an attempt that was
    broken off is begun again from the start.
    """

    tenant: Tenant
    actor: Actor
    job_id: int
    kind: str
    period: str
    payload: dict[str, Any]
    as_of: datetime
    _token: uuid.UUID
    _reported: float = field(default=0.0, repr=False)

    def progress(self, done: int, total: int, message: str = "") -> None:
        """Show how far the work has come and renew the lease. Cheap to call often: only some calls reach the database.
        `total` 0: unknown. Call it outside `writing`, else nobody sees it before the commit."""
        now = time.monotonic()
        if now - self._reported < _REPORT_EVERY and done != total:
            return
        self._reported = now
        with transaction.atomic():
            hold(self.job_id, self._token, progress_done=done, progress_total=total, message=message)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction, alone among those of the same kind in the company, refused (`LeaseLost`) if another worker
        has the job by now. The check locks the job's row, so it holds until the commit.

        The period is not part of the lock: the recompute of a night and the one that HR asks for at noon have other
        periods and write the same open months.
        """
        key = f"job:{self.tenant.pk}:{self.kind}"
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
            hold(self.job_id, self._token)
            yield
