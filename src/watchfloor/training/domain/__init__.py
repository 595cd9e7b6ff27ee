"""Pure parts of training: stamps, forms, marking, retakes, files."""
