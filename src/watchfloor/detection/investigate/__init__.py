"""Investigate: the lake of events queried in the rule language. ``asking`` is the door; ``panels`` gives what the page shows."""
