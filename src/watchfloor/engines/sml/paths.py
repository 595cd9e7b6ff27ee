"""JSON paths: ``$.a.b[0]['odd name']`` to a tuple of keys and indexes. No wildcards: a path names one place."""

from __future__ import annotations

import re

_STEP = re.compile(
    r"""\.(?P<name>[^\s.\[\]'"*()?@,:]+)        # .name
      | \[(?P<index>\d{1,6})\]                   # [0]
      | \[\s*'(?P<single>[^']*)'\s*\]            # ['odd name']
      | \[\s*"(?P<double>[^"]*)"\s*\]            # ["odd name"]
    """,
    re.VERBOSE,
)
_PLAIN = re.compile(r"""[^\s.\[\]'"*()?@,:]+""")


class PathError(ValueError):
    """The text is no path; the message says where it goes wrong."""


def parse_path(text: str) -> tuple[str | int, ...]:
    """The steps of a path.

    Raises:
        PathError: it cannot be read, or uses wildcards or filters.
    """
    if not text.startswith("$"):
        raise PathError("a path begins with `$`, as in `$.post.text`")
    steps: list[str | int] = []
    place = 1
    while place < len(text):
        match = _STEP.match(text, place)
        if match is None:
            rest = text[place : place + 20]
            if ".." in rest or "*" in rest or "?" in rest:
                raise PathError(
                    f"wildcards and filters (`{rest}`) are not part of the rule language: a path names one place"
                )
            raise PathError(f"`{rest}` cannot be read; steps are `.name`, `[0]` and `['name']`")
        if match["index"] is not None:
            steps.append(int(match["index"]))
        else:
            steps.append(next(part for part in (match["name"], match["single"], match["double"]) if part is not None))
        place = match.end()
    if len(steps) > 50:
        raise PathError("a path has at most 50 steps")
    return tuple(steps)


def path_text(path: tuple[str | int, ...]) -> str:
    """The one spelling of a path that columns are named by: ``$.post.links[0]['odd name']``."""
    return "$" + "".join(map(step_text, path))


def step_text(step: str | int) -> str:
    """One step as a path spells it."""
    if isinstance(step, int):
        return f"[{step}]"
    if _PLAIN.fullmatch(step):
        return f".{step}"
    return f'["{step}"]' if "'" in step else f"['{step}']"
