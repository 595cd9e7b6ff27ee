"""Reviews as data, their spans, what drove a change, text and its fit: pure."""
