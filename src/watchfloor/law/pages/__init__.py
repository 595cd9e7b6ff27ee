"""Screens of the law context."""
