from django.urls import path

from .views import account, organizations

app_name = "organizations"

urlpatterns = [
    path("", organizations.home, name="front-door"),
    path("teams/", organizations.organization_list, name="organization-list"),
    path("teams/new/", organizations.organization_create, name="organization-create"),
    path("o/<slug:org>/account/", account.account, name="account"),
    path("o/<slug:org>/help/", account.help_page, name="help"),
]
