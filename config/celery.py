"""The Celery application. What its messages are for stands in config/kernel/tasks.py."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")

app = Celery("warren")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logging(**kwargs: Any) -> None:
    """Django's LOGGING stays; being connected here keeps Celery from replacing it."""


@worker_init.connect
def tell_that_work_gets_done(**kwargs: Any) -> None:
    """Importing connects the sign of life to every finished task; the forks inherit it."""
    from .liveness import become_worker

    become_worker()
