"""Screens of exchanges and of files in and out."""
