"""The review of API apps: applications, checks and risk, decisions, graded steps, and what the developer sees."""
