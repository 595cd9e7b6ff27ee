"""Watchfloor: the operations floor of a trust & safety team in one program."""

__version__ = "0.1.0"
