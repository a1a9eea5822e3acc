"""Pictures and videos made to fit a network before anything is sent: no tables, no network."""
