from .api_key import ApiKey, ApiUsage, IdempotentRequest
from .app_setting import INSTALLATION, AppSetting, InstallationKey
from .audit import ActorKind, AuditCategory, AuditRecord, AuditSeal
from .data_key import DataKey
from .invitation import Invitation
from .model_route import ModelRoute
from .notification import (
    NoticeState,
    Notification,
    NotificationChoice,
    NotificationSettings,
    OutgoingNotice,
    SavedView,
)
from .organization import Membership, Organization, Role, WhiteLabel
from .privacy import (
    OPEN_STATES,
    Consent,
    ConsentKind,
    DataRequest,
    Erasure,
    OrganizationRequest,
    PersonRequest,
    RequestKind,
    RequestState,
    Suppression,
)
from .provider_secret import IntegrationConnection, ProviderSecret
from .support import (
    ContactMessage,
    SupportTicket,
    SupportVisit,
    TicketPriority,
    TicketReply,
    TicketStatus,
)
from .user import User
from .webhook import WebhookDelivery, WebhookEndpoint, WebhookState
from .work import WorkDone

__all__ = [
    "ActorKind",
    "ApiKey",
    "ApiUsage",
    "AppSetting",
    "AuditCategory",
    "AuditRecord",
    "AuditSeal",
    "Consent",
    "ConsentKind",
    "ContactMessage",
    "DataKey",
    "DataRequest",
    "Erasure",
    "INSTALLATION",
    "IdempotentRequest",
    "InstallationKey",
    "IntegrationConnection",
    "Invitation",
    "Membership",
    "ModelRoute",
    "NoticeState",
    "Notification",
    "NotificationChoice",
    "NotificationSettings",
    "OPEN_STATES",
    "Organization",
    "OrganizationRequest",
    "OutgoingNotice",
    "PersonRequest",
    "ProviderSecret",
    "RequestKind",
    "RequestState",
    "Role",
    "SavedView",
    "SupportTicket",
    "SupportVisit",
    "Suppression",
    "TicketPriority",
    "TicketReply",
    "TicketStatus",
    "User",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookState",
    "WhiteLabel",
    "WorkDone",
]
