"""What may go wrong and how one would know: the register, indicators that watch themselves, the horizon, the calendar, the practices."""
