"""Answers that became knowledge: short articles under a policy, stamped with its version, found by their words."""
