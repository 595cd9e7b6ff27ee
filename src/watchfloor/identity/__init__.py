"""Who may do what: users, roles, permissions, tokens, sign-in."""
