"""Screens of watched streams."""
