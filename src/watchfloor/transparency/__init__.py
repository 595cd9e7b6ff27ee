"""What is told to the public and its authorities: statements of reasons, transparency reports, numbers, and proofs."""
