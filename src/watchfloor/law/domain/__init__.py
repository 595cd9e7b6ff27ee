"""What the law context computes: pure, no Django."""
