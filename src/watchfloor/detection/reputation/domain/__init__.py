"""Pure parts: what a restriction names, what it does, how a thousand of them are asked at once, what a record is worth."""
