"""Pure: what a board is made of and how it is edited; when something is due to be sent. No Django."""
