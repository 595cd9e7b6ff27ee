"""A small messaging platform made of real content, and the fortnight that is replayed on it."""
