"""Who has a say in the work: the map, who answers for what, sign-offs, updates by audience, questions, objectives."""
