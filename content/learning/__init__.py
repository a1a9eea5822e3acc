"""What people's acts teach an agent: pure arithmetic and reading of texts, no tables."""
