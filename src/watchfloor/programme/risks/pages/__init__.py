"""Screens of risks."""
