"""Screens of detection: rules, their files, the models that learn."""
