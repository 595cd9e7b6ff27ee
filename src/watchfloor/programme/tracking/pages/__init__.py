"""Screens of tracking."""
