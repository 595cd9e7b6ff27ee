"""Screens and addresses of sign-on."""
