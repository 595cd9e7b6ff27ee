"""Staffing without a database: what a floor's base is, what a what-if changes, how a roster is edited."""
