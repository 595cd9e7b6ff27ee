"""The screens of vendors."""
