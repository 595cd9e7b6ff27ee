"""Screens of reviews."""
