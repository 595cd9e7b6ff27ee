"""Pages of the link to Jira."""
