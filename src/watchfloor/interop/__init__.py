"""Doors for programs that speak another system's protocol: one package each. They ask what everybody may ask, in their own words."""
