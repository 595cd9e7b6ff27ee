"""Crisis mode of an incident: a protocol level, a bank of hashes that is shared for it, updates with a clock, numbers afterwards."""
