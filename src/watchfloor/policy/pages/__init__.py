"""Screens of policies and claims."""
