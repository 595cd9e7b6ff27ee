"""The only writers of the link to Jira."""
