"""The screens of boards: each view parses, asks, renders."""
