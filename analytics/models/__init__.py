from .metrics import EngagementSnapshot, MetricsError
from .skill_day import SkillDay

__all__ = ["EngagementSnapshot", "MetricsError", "SkillDay"]
