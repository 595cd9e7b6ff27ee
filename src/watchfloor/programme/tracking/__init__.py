"""Initiatives, milestones and actions with owner, due time and what waits for what: works alone, other systems may follow it."""
