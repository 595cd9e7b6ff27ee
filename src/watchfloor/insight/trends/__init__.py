"""What reports speak of, how much violates, where too much was enforced, what rules decide alone."""
