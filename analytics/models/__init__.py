from .metrics import EngagementSnapshot, MetricsError

__all__ = ["EngagementSnapshot", "MetricsError"]
