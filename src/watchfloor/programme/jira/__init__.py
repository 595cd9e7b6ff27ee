"""Programme and Jira: work that is tracked here and there, kept in step, and nothing of a case crosses."""
