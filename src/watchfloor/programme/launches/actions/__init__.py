"""The only writers of launches."""
