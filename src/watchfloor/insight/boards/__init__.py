"""Boards: panels of numbers that a team builds, shares, exports, sends on a schedule and hangs on a wall; and asking in SQL."""
