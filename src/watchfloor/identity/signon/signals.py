"""Sessions as they begin."""
