"""Settings: development unless DJANGO_SETTINGS_MODULE says production or test."""
