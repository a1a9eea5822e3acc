from .access import BrandAccess
from .brand_profile import BrandProfile
from .knowledge import (
    GapReport,
    KnowledgeAccess,
    KnowledgeBucket,
    KnowledgeCategory,
    KnowledgeChunk,
    KnowledgeDocument,
    KnowledgeEntry,
    KnowledgeSource,
    SourceStatus,
)
from .strategy import StrategyKind, StrategyPaper, StrategyStatus, StrategyVersion
from .voice import BrandVoice, SavedVoice, VoiceAnalysis, VoiceAnalysisStatus, VoiceScore

__all__ = [
    "BrandAccess",
    "BrandProfile",
    "BrandVoice",
    "GapReport",
    "KnowledgeAccess",
    "KnowledgeBucket",
    "KnowledgeCategory",
    "KnowledgeChunk",
    "KnowledgeDocument",
    "KnowledgeEntry",
    "KnowledgeSource",
    "SavedVoice",
    "SourceStatus",
    "StrategyKind",
    "StrategyPaper",
    "StrategyStatus",
    "StrategyVersion",
    "VoiceAnalysis",
    "VoiceAnalysisStatus",
    "VoiceScore",
]
