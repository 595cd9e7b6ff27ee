"""Screens of stakeholders."""
