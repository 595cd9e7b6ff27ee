"""Formats and arithmetic of transparency, pure: no Django, no database, no network."""
