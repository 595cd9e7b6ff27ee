"""Errors a person reads. Each says what is wrong, where, and how to mend it; doors turn them into status codes or exit codes."""

from __future__ import annotations


class WatchfloorError(Exception):
    """The base of every expected failure.

    Attributes:
        code: a stable word for programs (``"bad_id"``); never changes once released.
        message: one clear sentence for people.
        where: the place in the input, as a path (``"reports[3].item.id"``), or ``""``.
        hint: how to mend it, or ``""``.
    """

    status = 500

    def __init__(self, code: str, message: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.where, self.hint = code, message, where, hint

    def as_dict(self) -> dict[str, str]:
        """The body of an API error: only the parts that say something."""
        parts = {"code": self.code, "message": self.message, "where": self.where, "hint": self.hint}
        return {key: value for key, value in parts.items() if value}


class BadInput(WatchfloorError):
    """The caller sent something that cannot be used."""

    status = 422


class NotFound(WatchfloorError):
    """It does not exist, or the caller may not know that it does; the two look the same."""

    status = 404


class Forbidden(WatchfloorError):
    """The caller is known and may see the thing, but may not do this."""

    status = 403


class Conflict(WatchfloorError):
    """Someone else got there first, or the state no longer allows it (a stale lease, a closed case)."""

    status = 409


class Overloaded(WatchfloorError):
    """Nothing was taken in; try again after ``retry_after`` seconds."""

    status = 503

    def __init__(self, message: str, *, retry_after: int = 5) -> None:
        super().__init__("overloaded", message, hint=f"Try again in {retry_after} s.")
        self.retry_after = retry_after


class MissingExtra(WatchfloorError):
    """A part that is not in the light core install is needed."""

    def __init__(self, extra: str, need: str) -> None:
        super().__init__(
            "missing_extra", f"{need} needs a part that is not installed.", hint=f'pip install "watchfloor[{extra}]"'
        )
