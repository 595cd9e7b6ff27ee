"""Hashes shared with others: files in and out, exchanges that are followed, what is told back to them, a door for HMA's clients."""
