from .brand_profile import BrandProfile

__all__ = ["BrandProfile"]
