"""What an operator does to a whole installation: backup, restore, new keys. Reads and writes what every context keeps."""
