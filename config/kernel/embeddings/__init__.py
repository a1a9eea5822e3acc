"""The gateway to embeddings: 768 numbers of unit length, and the model that made them.

embedded = embed([text])
row.vector, row.model = embedded.vectors[0], embedded.model
thresholds(embedded.model).reject
"""

from config.kernel.embeddings.dimensions import DIMENSIONS
from config.kernel.embeddings.gateway import Embedded, current_model, describe, embed
from config.kernel.embeddings.thresholds import Thresholds, thresholds

__all__ = [
    "DIMENSIONS",
    "Embedded",
    "Thresholds",
    "current_model",
    "describe",
    "embed",
    "thresholds",
]
