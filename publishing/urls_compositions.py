from django.urls import path

from .views import compositions

COMPOSITION = "compositions/<uuid:composition>/"

urlpatterns = [
    path("compositions/", compositions.composition_list, name="composition-list"),
    path("compositions/new/", compositions.composition_create, name="composition-create"),
    path("compositions/placement/", compositions.composition_place, name="composition-place"),
    path("compositions/preview/", compositions.composition_preview, name="composition-preview"),
    path(
        "compositions/arrangement/",
        compositions.composition_arrangement,
        name="composition-arrangement",
    ),
    path("compositions/link/", compositions.composition_link, name="composition-link"),
    path(COMPOSITION, compositions.composition_show, name="composition-show"),
    path(
        f"{COMPOSITION}repetition/",
        compositions.composition_repetition,
        name="composition-repetition",
    ),
    path(f"{COMPOSITION}copy/", compositions.composition_copy, name="composition-copy"),
    path(f"{COMPOSITION}deletion/", compositions.composition_delete, name="composition-delete"),
    path(
        f"{COMPOSITION}restoration/", compositions.composition_restore, name="composition-restore"
    ),
]
