from django.urls import path

from .views import (
    brands,
    knowledge,
    knowledge_asking,
    knowledge_entries,
    preview,
    strategies,
    voices,
)

app_name = "brands"

urlpatterns = [
    path("brands/", brands.brand_list, name="brand-list"),
    path("brands/new/", brands.brand_create, name="brand-create"),
    path("knowledge/", knowledge.knowledge_list, name="knowledge-list"),
    path("knowledge/new/", knowledge.bucket_create, name="bucket-create"),
    path("knowledge/search/", knowledge_asking.knowledge_search, name="knowledge-search"),
    path("knowledge/look-ups/", knowledge_asking.access_list, name="access-list"),
    path("knowledge/gaps/<uuid:brand>/", knowledge_asking.gap_show, name="gap-show"),
    path("knowledge/gaps/<uuid:brand>/look/", knowledge_asking.gap_report, name="gap-report"),
    path("knowledge/<uuid:bucket>/", knowledge.bucket_show, name="bucket-show"),
    path("knowledge/<uuid:bucket>/deletion/", knowledge.bucket_delete, name="bucket-delete"),
    path("knowledge/<uuid:bucket>/restoration/", knowledge.bucket_restore, name="bucket-restore"),
    path("knowledge/<uuid:bucket>/sources/new/", knowledge.source_create, name="source-create"),
    path("knowledge/<uuid:bucket>/entries/", knowledge_entries.entry_list, name="entry-list"),
    path(
        "knowledge/<uuid:bucket>/entries/new/",
        knowledge_entries.entry_create,
        name="entry-create",
    ),
    path("knowledge/sources/<uuid:source>/", knowledge.source_show, name="source-show"),
    path("knowledge/sources/<uuid:source>/text/", knowledge.source_edit, name="source-edit"),
    path("knowledge/sources/<uuid:source>/reading/", knowledge.source_read, name="source-read"),
    path(
        "knowledge/sources/<uuid:source>/deletion/", knowledge.source_delete, name="source-delete"
    ),
    path(
        "knowledge/sources/<uuid:source>/restoration/",
        knowledge.source_restore,
        name="source-restore",
    ),
    path(
        "knowledge/documents/<uuid:document>/",
        knowledge_asking.document_show,
        name="document-show",
    ),
    path("knowledge/entries/<uuid:entry>/", knowledge_entries.entry_edit, name="entry-edit"),
    path(
        "knowledge/entries/<uuid:entry>/use/",
        knowledge_entries.entry_activate,
        name="entry-activate",
    ),
    path(
        "knowledge/entries/<uuid:entry>/archiving/",
        knowledge_entries.entry_archive,
        name="entry-archive",
    ),
    path("brands/<uuid:brand>/pause/", brands.brand_pause, name="brand-pause"),
    path("brands/<uuid:brand>/deletion/", brands.brand_delete, name="brand-delete"),
    path("brands/<uuid:brand>/restoration/", brands.brand_restore, name="brand-restore"),
    path("brands/<uuid:brand>/voices/", voices.voice_show, name="voice-show"),
    path("brands/<uuid:brand>/voices/sample/", voices.voice_sample, name="voice-sample"),
    path("brands/<uuid:brand>/voices/readings/", voices.voice_read, name="voice-read"),
    path(
        "brands/<uuid:brand>/voices/readings/<uuid:analysis>/rejection/",
        voices.voice_reject,
        name="voice-reject",
    ),
    path(
        "brands/<uuid:brand>/voices/readings/<uuid:analysis>/retry/",
        voices.voice_retry,
        name="voice-retry",
    ),
    path("brands/<uuid:brand>/voices/draft/", voices.voice_edit, name="voice-edit"),
    path("brands/<uuid:brand>/voices/draft/deletion/", voices.voice_discard, name="voice-discard"),
    path("brands/<uuid:brand>/voices/confirmation/", voices.voice_confirm, name="voice-confirm"),
    path("brands/<uuid:brand>/voices/scores/", voices.voice_score, name="voice-score"),
    path("brands/<uuid:brand>/voices/merges/", voices.voice_merge, name="voice-merge"),
    path("brands/<uuid:brand>/voices/saved/", voices.voice_save, name="voice-save"),
    path(
        "brands/<uuid:brand>/voices/saved/<uuid:saved>/removal/",
        voices.voice_forget,
        name="voice-forget",
    ),
    path("brands/<uuid:brand>/strategies/", strategies.strategy_list, name="strategy-list"),
    path(
        "brands/<uuid:brand>/strategies/<slug:strategy>/new/",
        strategies.strategy_create,
        name="strategy-create",
    ),
    path("strategies/<uuid:paper>/", strategies.strategy_show, name="strategy-show"),
    path("strategies/<uuid:paper>/edit/", strategies.strategy_edit, name="strategy-edit"),
    path("strategies/<uuid:paper>/rework/", strategies.strategy_rework, name="strategy-rework"),
    path("strategies/<uuid:paper>/export/", strategies.strategy_export, name="strategy-export"),
    path(
        "strategies/<uuid:paper>/editions/<int:edition>/",
        strategies.strategy_compare,
        name="strategy-compare",
    ),
    path(
        "strategies/<uuid:paper>/editions/<int:edition>/restoration/",
        strategies.strategy_version_restore,
        name="strategy-version-restore",
    ),
    path("strategies/<uuid:paper>/deletion/", strategies.strategy_delete, name="strategy-delete"),
    path(
        "strategies/<uuid:paper>/restoration/",
        strategies.strategy_restore,
        name="strategy-restore",
    ),
    path(
        "brands/<uuid:brand>/<slug:section>/preview/", preview.brand_preview, name="brand-preview"
    ),
    path("brands/<uuid:brand>/<slug:section>/", brands.brand_edit, name="brand-edit"),
]
