from .ledger import CreditTransaction, ModelSpend
from .payment import Invoice, PaymentEvent
from .plan import CreditAction, CreditPrice, Plan, Subscription

__all__ = [
    "CreditAction",
    "CreditPrice",
    "CreditTransaction",
    "Invoice",
    "ModelSpend",
    "PaymentEvent",
    "Plan",
    "Subscription",
]
