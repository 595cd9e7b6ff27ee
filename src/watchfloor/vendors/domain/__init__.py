"""What a contract says and what follows from it: pure."""
