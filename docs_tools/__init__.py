"""Makes the part of the documentation that is written from the program, and the hooks of its build."""
