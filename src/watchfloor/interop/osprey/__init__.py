"""Beside Osprey: its actions come in, the same rules run, and what comes out has the form of its output sink."""
