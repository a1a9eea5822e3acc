from .account import (
    AccountQuota,
    AccountStatus,
    BrandAccountLink,
    ConnectAttempt,
    FeedEntry,
    FeedHandle,
    FeedVisit,
    NetworkQuota,
    NetworkState,
    SocialAccount,
)
from .delivery import Delivery, DeliveryAttempt, DeliveryState, Part
from .media import MediaRendition
from .pending_post import Approval, PendingPost, PendingStatus, WhenLate
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
    "AccountQuota",
    "AccountStatus",
    "Approval",
    "AutopilotRun",
    "BrandAccountLink",
    "CatchUp",
    "ConnectAttempt",
    "Decision",
    "Delivery",
    "DeliveryAttempt",
    "DeliveryState",
    "FeedEntry",
    "FeedHandle",
    "FeedVisit",
    "MaterialStrategy",
    "MediaRendition",
    "NetworkQuota",
    "NetworkState",
    "Part",
    "PendingPost",
    "PendingStatus",
    "Post",
    "PostStatus",
    "RunMode",
    "RunStatus",
    "Schedule",
    "ScheduleStatus",
    "SocialAccount",
    "WhenLate",
]
