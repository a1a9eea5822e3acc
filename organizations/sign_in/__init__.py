"""How people get in and stay in: what Warren adds to allauth. No tables and no pages of its own."""
