"""Addresses of what repeats, of the evergreen pool, of import and export, and of the mix."""

from django.urls import path

from .views import evergreen, exports, imports, mix, posts, recurrences

IMPORT = "imports/<uuid:post_import>/"
POOL = "pool/<uuid:evergreen>/"
REPEATING = "repeating/<uuid:recurrence>/"

urlpatterns = [
    path("repeating/", recurrences.recurrence_list, name="recurrence-list"),
    path("repeating/new/", recurrences.recurrence_create, name="recurrence-create"),
    path("repeating/next-times/", recurrences.recurrence_preview, name="recurrence-preview"),
    path(REPEATING, recurrences.recurrence_show, name="recurrence-show"),
    path(f"{REPEATING}edit/", recurrences.recurrence_edit, name="recurrence-edit"),
    path(f"{REPEATING}pause/", recurrences.recurrence_pause, name="recurrence-pause"),
    path(f"{REPEATING}resumption/", recurrences.recurrence_resume, name="recurrence-resume"),
    path(f"{REPEATING}end/", recurrences.recurrence_end, name="recurrence-end"),
    path("pool/", evergreen.evergreen_list, name="evergreen-list"),
    path("pool/new/", evergreen.evergreen_add, name="evergreen-add"),
    path(f"{POOL}edit/", evergreen.evergreen_edit, name="evergreen-edit"),
    path(f"{POOL}pause/", evergreen.evergreen_pause, name="evergreen-pause"),
    path(f"{POOL}removal/", evergreen.evergreen_remove, name="evergreen-remove"),
    path("pool/filling/<uuid:queue>/", evergreen.evergreen_filling, name="evergreen-filling"),
    path("imports/", imports.import_list, name="import-list"),
    path("imports/new/", imports.import_create, name="import-create"),
    path("imports/template/", imports.import_template, name="import-template"),
    path(IMPORT, imports.import_show, name="import-show"),
    path(f"{IMPORT}columns/", imports.import_columns, name="import-columns"),
    path(f"{IMPORT}confirmation/", imports.import_confirm, name="import-confirm"),
    path(f"{IMPORT}cancellation/", imports.import_cancel, name="import-cancel"),
    path(f"{IMPORT}undoing/", imports.import_undo, name="import-undo"),
    path("calendar/export/", exports.calendar_export, name="calendar-export"),
    path("posts/moves/", posts.post_move, name="post-move"),
    path("posts/moves/<uuid:move>/undo/", posts.post_move_undo, name="post-move-undo"),
    path("posts/rejections/", posts.post_reject, name="post-reject"),
    path("posts/views/", posts.view_save, name="view-save"),
    path("posts/views/<uuid:saved_view>/", posts.view_change, name="view-change"),
    path("posts/views/<uuid:saved_view>/deletion/", posts.view_delete, name="view-delete"),
    path("mix/", mix.mix, name="mix"),
    path("posts/export/", exports.post_export, name="post-export"),
]
