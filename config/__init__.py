"""How Warren is wired: settings, URLs, Celery, the beat table and the embedded services."""

from .celery import app as celery_app

__all__ = ["celery_app"]
