"""Spikes: an unusual number becomes a case that explains itself, names its likely cause, and is followed until it has turned."""
