from .access import BrandAccess
from .brand_profile import BrandProfile

__all__ = ["BrandAccess", "BrandProfile"]
