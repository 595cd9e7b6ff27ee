"""Pure: texts in both forms, what to do about two sides that changed, what Jira means by a status."""
