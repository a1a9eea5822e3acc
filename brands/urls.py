from django.urls import path

from .views import brands, preview

app_name = "brands"

urlpatterns = [
    path("brands/", brands.brand_list, name="brand-list"),
    path("brands/new/", brands.brand_create, name="brand-create"),
    path("brands/<uuid:brand>/pause/", brands.brand_pause, name="brand-pause"),
    path("brands/<uuid:brand>/deletion/", brands.brand_delete, name="brand-delete"),
    path("brands/<uuid:brand>/restoration/", brands.brand_restore, name="brand-restore"),
    path(
        "brands/<uuid:brand>/<slug:section>/preview/", preview.brand_preview, name="brand-preview"
    ),
    path("brands/<uuid:brand>/<slug:section>/", brands.brand_edit, name="brand-edit"),
]
