"""Screens of facts."""
