"""How a stream of strangers is read: its bytes are fetched here, and opened in a cage that has no network, no key and no database."""
