from django.urls import path

from .views import billing, usage

app_name = "billing"

urlpatterns = [
    path("billing/", billing.billing, name="billing"),
    path("billing/plan/", billing.plan_update, name="plan-update"),
    path("billing/topups/", billing.topup_create, name="topup-create"),
    path("billing/portal/", billing.portal_create, name="portal-create"),
    path("billing/cancellation/", billing.cancellation_create, name="cancellation-create"),
    path("billing/cancellation/removal/", billing.cancellation_delete, name="cancellation-delete"),
    path("billing/budget/", billing.budget_update, name="budget-update"),
    path("billing/paid/", billing.checkout_done, name="checkout-done"),
    path("usage/", usage.usage, name="usage"),
    path("usage/export/", usage.usage_export, name="usage-export"),
]
