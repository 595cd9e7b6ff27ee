"""What XARF says and what it means here; pure."""
