"""The library that every app stands on: no tables, no URLs, no import of an app."""
