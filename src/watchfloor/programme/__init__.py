"""The manager's own work, joined to the floor's numbers: launches, improvements, tracking, facts, reviews, risks, interventions."""
