from __future__ import annotations

from django.apps import AppConfig


class BenchConfig(AppConfig):
    """Only in the benchmark's processes: brings the network that posts go out to there."""

    name = "analytics.bench"
    label = "bench"

    def ready(self) -> None:
        from publishing.channels.registry import channels

        from .channel import Sink

        channels.register(Sink.slug, Sink())
