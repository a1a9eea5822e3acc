"""How brands speak: a profile, what is measured of it, and how much a text sounds like it. Pure."""
