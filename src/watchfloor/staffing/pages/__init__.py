"""The screens of staffing: need and what-if, the roster, one's own shifts, the day."""
