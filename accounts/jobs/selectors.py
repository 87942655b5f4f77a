"""Reading background work for pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.access.actor import Actor
from accounts.access.policy import has
from accounts.jobs.models import ENDED, JobRun, JobState
from accounts.jobs.registry import find_kind, kinds
from salesops.lib.errors import NotVisible

NIGHTS_SHOWN = 14

_TONES = {JobState.DONE: "good", JobState.FAILED: "warn", JobState.DEAD: "risk"}


@dataclass(frozen=True, slots=True)
class JobView:
    """What `components/_job_progress.html` needs; `url` answers with the same fragment."""

    id: int
    kind_label: str | Promise
    state: str
    has_ended: bool
    progress_done: int
    progress_total: int
    message: str
    error: str
    warnings: list[str]
    url: str


@dataclass(frozen=True, slots=True)
class Count:
    label: str
    number: int

    def __str__(self) -> str:
        return f"{self.label}: {self.number:,}"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a night as a row. `tone` is that of its light."""

    job: JobRun
    label: str | Promise
    tone: str
    took: str
    counts: list[Count]

    @property
    def is_dead(self) -> bool:
        return self.job.state == JobState.DEAD

    @property
    def word(self) -> str:
        return self.job.get_state_display()


@dataclass(frozen=True, slots=True)
class Night:
    """The newest run of one local date. `runs` counts how often that night was computed, commands included."""

    day: date
    runs: int
    steps: list[Step]

    @property
    def is_over(self) -> bool:
        return all(step.job.has_ended for step in self.steps)

    @property
    def dead(self) -> list[Step]:
        return [step for step in self.steps if step.is_dead]

    @property
    def has_warnings(self) -> bool:
        return any(step.job.warnings for step in self.steps)

    @property
    def tone(self) -> str:
        if self.dead:
            return "risk"
        if not self.is_over:
            return "none"
        return "warn" if self.has_warnings else "good"

    @property
    def word(self) -> str:
        """The night in a few words, beside its light."""
        words = {"risk": _("a step has stopped"), "none": _("under way"), "warn": _("done, with warnings")}
        return words.get(self.tone) or _("done")

    @property
    def began(self) -> datetime | None:
        return min((step.job.started_at for step in self.steps if step.job.started_at), default=None)

    @property
    def took(self) -> str:
        ends = [step.job.finished_at for step in self.steps if step.job.finished_at]
        return spoken(max(ends) - self.began) if self.is_over and self.began and ends else ""


def visible_jobs(actor: Actor) -> models.QuerySet[JobRun]:
    """What the actor asked for, and what is of a kind they may ask for themselves."""
    jobs = JobRun.objects.select_related("tenant")
    if actor.is_operator:
        return jobs
    names = [kind.name for kind in kinds() if has(actor, kind.capability)]
    return jobs.filter(Q(requested_by=actor.member) | Q(kind__in=names))


def get_job(actor: Actor, job_id: int) -> JobRun:
    job = visible_jobs(actor).filter(pk=job_id).first()
    if job is None:
        raise NotVisible
    return job


def latest_job(actor: Actor, kind: str, **lookup: object) -> JobRun | None:
    """The newest piece of work of the kind that the actor may see, so that a page shows its bar after a reload."""
    return visible_jobs(actor).filter(kind=kind, **lookup).order_by("-pk").first()


def latest_ended(kind: str) -> JobRun | None:
    """The newest work of the kind that is done or dead: what a rule must look at that depends on how it went."""
    return JobRun.objects.filter(kind=kind, state__in=ENDED).order_by("-finished_at").first()


def job_view(job: JobRun) -> JobView:
    """The job as the progress component shows it: the last message while it runs, afterwards what was counted."""
    return JobView(
        id=job.pk,
        kind_label=_label(job),
        state=job.state,
        has_ended=job.has_ended,
        progress_done=job.progress_done,
        progress_total=job.progress_total,
        message=job.message if job.state == JobState.RUNNING else " · ".join(map(str, counts_of(job))),
        error=job.error,
        warnings=job.warnings,
        url=reverse("job_progress", kwargs={"tenant": job.tenant.slug, "job_id": job.pk}),
    )


def nights(limit: int = NIGHTS_SHOWN) -> list[Night]:
    """The last nights, newest first, each by its newest run. Two queries. For those with `jobs.view`."""
    steps = JobRun.objects.filter(sequence__isnull=False)
    periods = list(steps.order_by("-period").values_list("period", flat=True).distinct()[:limit])
    by_period: dict[str, list[JobRun]] = {period: [] for period in periods}
    for job in steps.filter(period__in=periods).order_by("-pk"):
        by_period[job.period].append(job)
    return [_night(period, jobs) for period, jobs in by_period.items()]


def _night(period: str, jobs: list[JobRun]) -> Night:
    """`jobs` are all steps of all runs of that date, newest first."""
    newest = [job for job in jobs if job.input_version == jobs[0].input_version]
    steps = [step(job) for job in sorted(newest, key=lambda job: job.sequence or 0)]
    return Night(date.fromisoformat(period), len({job.input_version for job in jobs}), steps)


def step(job: JobRun) -> Step:
    duration = job.duration
    return Step(
        job=job,
        label=_label(job),
        tone=_TONES.get(JobState(job.state), "none"),
        took=spoken(duration) if duration is not None else "",
        counts=counts_of(job),
    )


def counts_of(job: JobRun) -> list[Count]:
    return [Count(_(name), number) for name, number in job.counts.items()]


def _label(job: JobRun) -> str | Promise:
    kind = find_kind(job.kind)
    return kind.label if kind else job.kind


def spoken(duration: timedelta) -> str:
    """`0.4 s`, `2 min 5 s`, `1 h 12 min`."""
    seconds = duration.total_seconds()
    if seconds < 60:
        return _("%(seconds)s s") % {"seconds": f"{seconds:.1f}"}
    minutes, rest = divmod(int(seconds), 60)
    if minutes < 60:
        return _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": rest}
    return _("%(hours)s h %(minutes)s min") % {"hours": minutes // 60, "minutes": minutes % 60}
