"""XARF, the format in which networks and services report abuse to each other: version 4 and, read only, version 3."""
