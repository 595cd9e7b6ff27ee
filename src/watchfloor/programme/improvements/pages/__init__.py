"""The screens of improvements."""
