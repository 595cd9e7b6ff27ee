"""Screens of on-call."""
