"""Launches: what is to go live, the gates that say whether it is ready, the decision, the stages, and the watch afterwards."""
