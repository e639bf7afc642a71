"""Identity, JSON, atomic files, locks, and the names on disk."""
