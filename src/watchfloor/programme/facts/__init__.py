"""Numbers that claims rest on: a question with its answer as it was, whose rights it was read with, and what it would be now."""
