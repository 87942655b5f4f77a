"""The Celery application. Messages are hints; what is to be done is in the `job_run` table (reliability.md)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "salesops.settings")

app = Celery("salesops")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["accounts.jobs"])
app.autodiscover_tasks(["salesops"], related_name="nightly")
