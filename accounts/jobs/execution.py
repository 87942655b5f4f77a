"""Doing a claimed job, and what happens to its row afterwards."""

from __future__ import annotations

import logging
from datetime import datetime

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.access.actor import Actor
from accounts.jobs.hints import hint_next
from accounts.jobs.leases import LeaseLost, bury, claim, fail, finish
from accounts.jobs.models import JobRun
from accounts.jobs.registry import get_kind
from accounts.jobs.work import Work
from salesops.lib.errors import DomainError, DomainErrors
from salesops.lib.forms import translated

logger = logging.getLogger(__name__)


def work_on(job_id: int, as_of: datetime) -> None:
    """What a worker does with a hint, inside the job's tenant. Never raises for what the job did wrong."""
    job = claim(job_id)
    if job is None:
        return
    with translation.override(_language(job)):
        try:
            finish(job, get_kind(job.kind).run(_work(job, as_of)))
        except LeaseLost:
            logger.warning("Job %s was taken over by another worker; this one's result is refused.", job.pk)
        except DomainError as error:
            bury(job, sentences(error))
        except Exception as error:
            logger.exception("Job %s (%s) failed, attempt %s", job.pk, job.kind, job.attempt)
            fail(job, unexpected(error))
    hint_next(job)


def work_inline(job: JobRun, as_of: datetime) -> None:
    """The same in the caller's process. Raises what the job raised; there is no second attempt, the caller decides."""
    try:
        finish(job, get_kind(job.kind).run(_work(job, as_of)))
    except LeaseLost:
        raise
    except DomainError as error:
        bury(job, sentences(error))
        raise
    except BaseException as error:
        bury(job, unexpected(error))
        raise


def sentences(error: DomainError) -> str:
    """Every refusal on a line of its own, in the language in force."""
    errors = error.errors if isinstance(error, DomainErrors) else (error,)
    return "\n".join(f"{each.field}: {translated(each)}" if each.field else translated(each) for each in errors)


def unexpected(error: BaseException) -> str:
    """For people: the error's name only, as its text may quote somebody's data. The log has the rest."""
    return _("An unexpected error (%(name)s); the server's log has the details.") % {"name": type(error).__name__}


def _work(job: JobRun, as_of: datetime) -> Work:
    if job.lease_token is None:
        raise LeaseLost(f"job {job.pk} has not been claimed")
    return Work(
        tenant=job.tenant,
        actor=Actor(job.tenant, job.requested_by),
        job_id=job.pk,
        kind=job.kind,
        period=job.period,
        payload=job.payload,
        as_of=job.as_of or as_of,
        _token=job.lease_token,
    )


def _language(job: JobRun) -> str:
    """Messages and warnings are written for whoever asked for the work, else for the company."""
    user = job.requested_by.user if job.requested_by else None
    return (user.language if user else "") or job.tenant.language or settings.LANGUAGE_CODE
