"""Pure parts of quality: the plan of a sample, states of a look, what went wrong."""
