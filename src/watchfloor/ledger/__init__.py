"""What happened, for ever: typed append-only events, the Merkle log over them, and the outbox."""
