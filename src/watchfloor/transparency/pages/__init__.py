"""Screens of transparency."""
