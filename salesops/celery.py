"""The Celery application. Messages are hints; what is to be done is in the `job_run` table (reliability.md)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "salesops.settings")

app = Celery("salesops")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.set_default()  # for every thread of the web process; `accounts.jobs` sends by name through the current application
app.autodiscover_tasks(["accounts.jobs", "accounts.notifications"])
app.autodiscover_tasks(["salesops"], related_name="nightly")
