"""Benchmarks: each runs the rival beside ours in the same run and prints ratios. ``python -m benchmarks`` runs them all."""
