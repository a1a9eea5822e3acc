from django.urls import path

from .views import links

LINKS = "brands/<uuid:brand>/links/"

urlpatterns = [
    path(LINKS, links.link_settings, name="link-settings"),
    path(f"{LINKS}new/", links.link_create, name="link-create"),
    path(f"{LINKS}<uuid:tracked>/deletion/", links.link_delete, name="link-delete"),
]
