from django.urls import path

from .views import account, model_routes, organizations

app_name = "organizations"

urlpatterns = [
    path("", organizations.home, name="front-door"),
    path("teams/", organizations.organization_list, name="organization-list"),
    path("teams/new/", organizations.organization_create, name="organization-create"),
    path("o/<slug:org>/account/", account.account, name="account"),
    path("o/<slug:org>/models/", model_routes.model_list, name="model-list"),
    path(
        "o/<slug:org>/models/<uuid:route>/removal/",
        model_routes.model_delete,
        name="model-delete",
    ),
    path("o/<slug:org>/help/", account.help_page, name="help"),
]
