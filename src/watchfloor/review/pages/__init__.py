"""The screens reviewers live in: thin views that parse, call an action or a reader, and render."""
