"""The product's settings for the worker and beat that tests start: beat ticks each second, and knows slow work."""

from salesops.settings import *  # noqa: F403
from salesops.settings import CELERY_BEAT_SCHEDULE, INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.scenarios.apps.SlowWorkConfig"]
CELERY_BEAT_SCHEDULE = {name: {**entry, "schedule": 1.0} for name, entry in CELERY_BEAT_SCHEDULE.items()}
