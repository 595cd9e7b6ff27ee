"""Screens of campaigns."""
