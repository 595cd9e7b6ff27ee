"""The pure part: who answers for what, what a sign-off is worth, how far an objective is."""
