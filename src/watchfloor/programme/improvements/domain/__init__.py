"""What improvements are worth and how they are told apart, without a database."""
