"""Mail read with suspicion, and what of it may be believed; pure."""
