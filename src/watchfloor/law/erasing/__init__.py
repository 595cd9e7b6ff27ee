"""Erasing a person, everywhere, with proof.

``who`` finds what is theirs, ``rows`` empties rows of the database, ``elsewhere`` the lake, models, media, logs and exports, ``left``
looks for what still names them, ``disk`` rewrites what the database has let go of, ``runs`` asks, approves and runs it all.
"""
