from .account import (
    AccountStatus,
    BrandAccountLink,
    FeedEntry,
    FeedHandle,
    FeedVisit,
    SocialAccount,
)
from .delivery import Delivery, DeliveryAttempt, DeliveryState
from .pending_post import Approval, PendingPost, PendingStatus
from .post import Post, PostStatus
from .schedule import (
    AutopilotRun,
    CatchUp,
    Decision,
    MaterialStrategy,
    RunMode,
    RunStatus,
    Schedule,
    ScheduleStatus,
)

__all__ = [
    "AccountStatus",
    "Approval",
    "AutopilotRun",
    "BrandAccountLink",
    "CatchUp",
    "Decision",
    "Delivery",
    "DeliveryAttempt",
    "DeliveryState",
    "FeedEntry",
    "FeedHandle",
    "FeedVisit",
    "MaterialStrategy",
    "PendingPost",
    "PendingStatus",
    "Post",
    "PostStatus",
    "RunMode",
    "RunStatus",
    "Schedule",
    "ScheduleStatus",
    "SocialAccount",
]
