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
def begin(**kwargs: Any) -> None:
    """Serve only what keeps organizations apart; importing connects the sign of life, which the
    forks inherit."""
    from kombu.transport.redis import Channel

    from .kernel.catalogue import refuse_gaps
    from .liveness import become_worker

    # A message is a hint and rows are the queue, so none has to be put back. Trying to while Redis
    # is gone ends the whole worker, in mid-call (kombu 5.7: the closed connection knows no host).
    Channel.do_restore = False
    refuse_gaps()
    become_worker()
