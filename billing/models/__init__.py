from .ledger import CreditTransaction, ModelSpend
from .plan import CreditAction, CreditPrice, Plan, Subscription

__all__ = [
    "CreditAction",
    "CreditPrice",
    "CreditTransaction",
    "ModelSpend",
    "Plan",
    "Subscription",
]
