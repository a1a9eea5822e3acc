"""Static files in production: names with a hash, compressed, ES module imports rewritten too."""

from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage

_IMPORTS = HashedFilesMixin._js_module_import_aggregation_patterns[1]  # type: ignore[attr-defined]


class HashedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc, unused-ignore]
    support_js_module_import_aggregation = True
    # Only our own modules: an htmx extension speaks of an import in a comment that names no file.
    _js_module_import_aggregation_patterns = ("js/*.js", _IMPORTS)
