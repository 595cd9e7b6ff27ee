"""Screens of protected names and identity checks."""
