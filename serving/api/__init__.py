"""The HTTP API for platforms: raw records in, tiers with reasons out."""
