"""The pages that run the day: the floor, acting on it, surges, due times, the plan, the hand-over note."""
