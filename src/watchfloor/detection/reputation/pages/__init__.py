"""Screens of restrictions."""
