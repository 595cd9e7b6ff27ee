"""The only writers of risks: register, indicators, horizon, calendar, practices."""
