"""What is pure in the review of apps: scopes, violations, checks, risk, steps."""
