"""What everything stands on: identifiers, the clock, errors, pagination. Imports nothing of ours."""
