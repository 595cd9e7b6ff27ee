"""Screens of enforcement."""
