"""Campaigns on the floor: what was reported and flagged, held together by words and shared keys, watched as it grows and taken down."""
