from __future__ import annotations

from django.apps import AppConfig


class BenchConfig(AppConfig):
    """Only in the benchmark's processes: brings the networks that posts go out to there."""

    name = "analytics.bench"
    label = "bench"

    def ready(self) -> None:
        from publishing.channels.registry import channels

        from .channel import SINKS

        for sink in SINKS:
            channels.register(sink.slug, sink())
