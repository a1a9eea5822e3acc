from .angle import Angle, AngleStatistic
from .embedding import ContentEmbedding
from .feed import FeedItem, MaterialFeed
from .feedback import Feedback, LearnedPattern
from .generation import (
    Candidate,
    Generation,
    GenerationStatus,
    GuardResult,
    StoredAnswer,
)
from .language_model import (
    AgentOptions,
    AgentSetting,
    LanguageModel,
    ModelDiscovery,
    OrganizationAgentSetting,
)
from .library import Asset, AssetFolder, LinkPreview, Signature, Upload
from .material import Material, MaterialStatus
from .skill import (
    RevisionEvent,
    SharedSkill,
    SharingEvent,
    Skill,
    SkillForm,
    SkillSharingConsent,
    SkillStatus,
    SkillVersion,
)
from .template import ContentTemplate, HashtagSet, PostConfiguration

__all__ = [
    "AgentOptions",
    "AgentSetting",
    "Angle",
    "AngleStatistic",
    "Asset",
    "AssetFolder",
    "Candidate",
    "ContentEmbedding",
    "ContentTemplate",
    "FeedItem",
    "Feedback",
    "Generation",
    "GenerationStatus",
    "GuardResult",
    "HashtagSet",
    "LanguageModel",
    "LearnedPattern",
    "LinkPreview",
    "Material",
    "MaterialFeed",
    "MaterialStatus",
    "ModelDiscovery",
    "OrganizationAgentSetting",
    "PostConfiguration",
    "RevisionEvent",
    "SharedSkill",
    "SharingEvent",
    "Signature",
    "Skill",
    "SkillForm",
    "SkillSharingConsent",
    "SkillStatus",
    "SkillVersion",
    "StoredAnswer",
    "Upload",
]
