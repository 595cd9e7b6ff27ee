"""Pure rules of people's well-being: what is believed of what was shown, budgets, and what may be told of a group."""
