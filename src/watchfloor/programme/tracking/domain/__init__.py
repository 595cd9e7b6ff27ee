"""The pure part: states, due times, what waits for what."""
