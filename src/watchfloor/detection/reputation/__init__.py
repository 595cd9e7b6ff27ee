"""How far accounts can be trusted, and what is held back of whom: reputation, probation and the matrix of restrictions."""
