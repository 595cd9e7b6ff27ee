"""Screens of quality: how right decisions are, looks to settle, the plan, and one's own results."""
