"""A small agency with two brands, to see the whole loop on before any of one's own is set up."""
