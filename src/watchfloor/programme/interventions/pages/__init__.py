"""Screens of interventions."""
