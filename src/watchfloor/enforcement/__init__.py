"""What a decision does: actions and their inverses, strikes, notices, and delivery to the platform."""
