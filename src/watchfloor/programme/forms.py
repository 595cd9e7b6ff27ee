"""What forms of Programme share: a POST does one thing, and keeps what was typed when it cannot."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.contrib import messages
from django.http import HttpRequest, QueryDict

from watchfloor.kernel.errors import BadInput, Conflict, Forbidden, NotFound

Errors = list[tuple[str, str]]


class Typed:
    """What a form sent, for templates: a field that it did not send is empty."""

    def __init__(self, sent: QueryDict) -> None:
        self._sent = sent

    def __getitem__(self, name: str) -> str:
        return str(self._sent.get(name, ""))

    def get(self, name: str, default: str = "") -> str:
        """One value."""
        return str(self._sent.get(name, default))

    def getlist(self, name: str) -> list[str]:
        """All values of one name."""
        return [str(each) for each in self._sent.getlist(name)]


def act(request: HttpRequest, verbs: Mapping[str, Callable[[], str]], *, allowed: bool) -> Errors | None:
    """Do what the form's button says; None when it was done, else what to mend.

    Raises:
        NotFound: there is no such thing to do, for this person.
    """
    do = verbs.get(request.POST.get("do", ""))
    if do is None or not allowed:
        raise NotFound("unknown_step", "There is no such thing to do.")
    try:
        messages.success(request, do())
    except (BadInput, Conflict, Forbidden) as refused:
        return [(refused.where, f"{refused.message} {refused.hint}".strip())]
    return None


def plain(text: str, most: int = 80) -> str:
    """Words of a search or a key: one line, without what a database refuses."""
    return " ".join(text.replace("\x00", "").split())[:most]
