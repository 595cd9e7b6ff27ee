"""Screens of models."""
