"""Screens of well-being."""
