"""Makes the generated part of the documentation."""
