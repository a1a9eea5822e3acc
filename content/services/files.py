"""Where uploads lie is below every app that keeps some; see organizations/services/files.py."""

from organizations.services.files import (
    delete_stored,
    read_stored,
    store_copy,
    store_file,
    stored_path,
)

__all__ = ["delete_stored", "read_stored", "store_copy", "store_file", "stored_path"]
