"""Decoding apart: one process per file, without files, network or programs, with little memory and time."""
