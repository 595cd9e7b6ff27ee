"""What was done to turn a measure, and whether it turned: fixed beforehand, measured against what it would have been without."""
