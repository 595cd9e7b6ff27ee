"""The pages of launches."""
