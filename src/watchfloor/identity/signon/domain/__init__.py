"""Pure parts of sign-on: what a token or a claim must be, which session rules hold. No Django, no network."""
