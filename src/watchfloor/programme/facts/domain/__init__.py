"""The arithmetic of facts: pure."""
