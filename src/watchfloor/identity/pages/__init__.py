"""Settings pages of this context: thin views that parse, call an action or a query, and render."""
