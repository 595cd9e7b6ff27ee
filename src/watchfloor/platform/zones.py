"""Time zones as people choose them: by place."""

from __future__ import annotations

from zoneinfo import available_timezones


def choices() -> list[str]:
    """Names of zones that say a place, in order; old names and bare offsets are understood elsewhere, but not offered."""
    return sorted(
        name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix", "right"))
    )
