from .audit import ActorKind, AuditRecord
from .data_key import DataKey
from .model_route import ModelRoute
from .organization import Membership, Organization, Role
from .user import User
from .work import WorkDone

__all__ = [
    "ActorKind",
    "AuditRecord",
    "DataKey",
    "Membership",
    "ModelRoute",
    "Organization",
    "Role",
    "User",
    "WorkDone",
]
