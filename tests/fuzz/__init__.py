"""Readers of what others send, fed with anything: see ``targets`` and ``python -m tests.fuzz --help``."""
