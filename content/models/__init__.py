from .angle import Angle, AngleStatistic
from .embedding import ContentEmbedding
from .generation import (
    Candidate,
    Generation,
    GenerationStatus,
    GuardResult,
    StoredAnswer,
)
from .material import Material, MaterialStatus

__all__ = [
    "Angle",
    "AngleStatistic",
    "Candidate",
    "ContentEmbedding",
    "Generation",
    "GenerationStatus",
    "GuardResult",
    "Material",
    "MaterialStatus",
    "StoredAnswer",
]
