"""How many people the floor needs, what if, who works when, and the day as it goes."""
