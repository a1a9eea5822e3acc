from django.urls import path

from .views import materials, patterns, pictures

app_name = "content"

urlpatterns = [
    path("pictures/<str:name>", pictures.picture, name="picture"),
    path("materials/", materials.material_list, name="material-list"),
    path("materials/new/", materials.material_create, name="material-create"),
    path("materials/<uuid:material>/", materials.material_show, name="material-show"),
    path("materials/<uuid:material>/file/", pictures.material_file, name="material-file"),
    path("materials/<uuid:material>/reading/", materials.material_retry, name="material-retry"),
    path("materials/<uuid:material>/archive/", materials.material_archive, name="material-archive"),
    path("materials/<uuid:material>/edit/", materials.material_edit, name="material-edit"),
    path(
        "materials/<uuid:material>/restoration/",
        materials.material_undelete,
        name="material-undelete",
    ),
    path("materials/<uuid:material>/deletion/", materials.material_delete, name="material-delete"),
    path("brands/<uuid:brand>/lessons/", patterns.pattern_list, name="pattern-list"),
    path(
        "brands/<uuid:brand>/lessons/<uuid:pattern>/",
        patterns.pattern_switch,
        name="pattern-switch",
    ),
]
