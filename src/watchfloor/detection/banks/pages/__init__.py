"""The screens of banks."""
