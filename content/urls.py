from django.urls import path

from .views import feeds, generations, materials, patterns, pictures

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
    path("feeds/", feeds.feed_list, name="feed-list"),
    path("feeds/new/", feeds.feed_create, name="feed-create"),
    path("feeds/<uuid:feed>/", feeds.feed_edit, name="feed-edit"),
    path("feeds/<uuid:feed>/pause/", feeds.feed_pause, name="feed-pause"),
    path("feeds/<uuid:feed>/deletion/", feeds.feed_delete, name="feed-delete"),
    path("feeds/<uuid:feed>/restoration/", feeds.feed_undelete, name="feed-undelete"),
    path("trends/<uuid:item>/material/", feeds.trend_take, name="trend-take"),
    path("trends/<uuid:item>/dismissal/", feeds.trend_dismiss, name="trend-dismiss"),
    path("trends/<uuid:item>/offer/", feeds.trend_restore, name="trend-restore"),
    path("brands/<uuid:brand>/lessons/", patterns.pattern_list, name="pattern-list"),
    path(
        "brands/<uuid:brand>/lessons/<uuid:pattern>/",
        patterns.pattern_switch,
        name="pattern-switch",
    ),
    path("generations/<uuid:generation>/", generations.generation_show, name="generation-show"),
]
