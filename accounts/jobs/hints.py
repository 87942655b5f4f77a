"""Messages to the workers. A lost one loses nothing: the dispatcher looks at the table every minute."""

from __future__ import annotations

import logging

from celery import current_app
from django.db import transaction
from kombu import Connection
from kombu.exceptions import OperationalError
from kombu.pools import producers
from redis.exceptions import RedisError

from accounts.jobs.models import ENDED, JobRun

logger = logging.getLogger(__name__)

# Somebody may be waiting for the page that sends a hint, so one try and short waits. With Redis stopped a hint then
# takes 5 ms, with Redis hanging 1 s; Celery's own connection waited 6 s (measured).
_ONE_SHORT_TRY = {"max_retries": 0, "socket_connect_timeout": 1, "socket_timeout": 1}


def send_hint(tenant_id: int, job_id: int, queue: str) -> bool:
    """Tell the workers of the queue that there is work. False: Redis is away; never raises, never waits long."""
    return send_task("accounts.jobs.tasks.run_job", (tenant_id, job_id), queue=queue)


def send_task(name: str, arguments: tuple[int, ...], queue: str) -> bool:
    """A hint for any task that finds in a table what is to be done, and is looked after by a sweep each minute."""
    try:
        with producers[_connection()].acquire(block=True) as producer:
            current_app.send_task(name, arguments, queue=queue, producer=producer)
    except (OperationalError, RedisError, OSError) as error:
        logger.warning("No hint for %s%s: %s. The next sweep will send it.", name, arguments, error)
        return False
    return True


def hint_next(job: JobRun) -> None:
    """After a step of the night has ended, the next one need not wait for the dispatcher."""
    if job.sequence is None:
        return
    with transaction.atomic():
        later = JobRun.objects.filter(
            period=job.period, input_version=job.input_version, sequence__gt=job.sequence
        ).exclude(state__in=ENDED)
        following = later.order_by("sequence").values_list("pk", "queue").first()
    if following is not None:
        send_hint(job.tenant_id, *following)


def _connection() -> Connection:
    """Celery's address with our patience; kombu's pools keep the open connections."""
    options = {**current_app.conf.broker_transport_options, **_ONE_SHORT_TRY}
    return current_app.connection_for_write(transport_options=options)
