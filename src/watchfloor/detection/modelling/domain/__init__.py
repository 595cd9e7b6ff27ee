"""Pure parts: chances of being drawn, and why a model is silent."""
