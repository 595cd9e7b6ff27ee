"""What an app may ask for: scopes with a grade, and the words by which a use case shows that it needs them."""

from __future__ import annotations

from typing import Final

import msgspec

from watchfloor.kernel.words import N_

READ, WRITE, SENSITIVE = "read", "write", "sensitive"


class Scope(msgspec.Struct, frozen=True):
    """A right at the platform's API.

    Attributes:
        key: as the platform and the developer write it.
        about: what an app with it can do.
        grade: read, write or sensitive; each further grade weighs more.
        hints: beginnings of words of which a use case that needs the scope has one.
    """

    key: str
    about: str
    grade: str
    hints: tuple[str, ...]


_KNOWN = (
    Scope("profile.read", N_("Read public profiles"), READ, ("profile", "sign", "login", "log in", "account", "user")),
    Scope("content.read", N_("Read public posts"), READ, ("read", "show", "display", "search", "monitor", "post", "analy")),
    Scope("media.read", N_("Read pictures and video"), READ, ("photo", "picture", "video", "media", "image", "galler")),
    Scope("content.write", N_("Write and delete posts"), WRITE, ("post", "publish", "schedul", "write", "share", "reply")),
    Scope("vote.write", N_("Vote and react"), WRITE, ("vote", "react", "like", "poll")),
    Scope("report.write", N_("Report content"), WRITE, ("report", "moderat", "safety")),
    Scope("message.write", N_("Send private messages"), SENSITIVE, ("messag", "chat", "support", "customer", "inbox", "repl")),
    Scope("message.read", N_("Read private messages"), SENSITIVE, ("messag", "chat", "support", "customer", "inbox")),
    Scope("follow.write", N_("Follow and unfollow"), SENSITIVE, ("follow", "contact", "friend", "network")),
    Scope("history.read", N_("Read a person's whole history"), SENSITIVE, ("histor", "archiv", "backup", "export", "memor")),
    Scope("email.read", N_("Read e-mail addresses"), SENSITIVE, ("mail", "newsletter", "invoice", "sign", "login")),
    Scope("account.write", N_("Change profiles and settings"), SENSITIVE, ("profile", "setting", "account", "manage")),
)  # fmt: skip
SCOPES: Final[dict[str, Scope]] = {scope.key: scope for scope in _KNOWN}


def grade_of(key: str) -> str:
    """The grade of a scope; one that is not in the catalogue counts as sensitive until somebody has looked."""
    found = SCOPES.get(key)
    return found.grade if found else SENSITIVE


def speaks_of(use_case: str, key: str) -> bool:
    """Whether a use case says, in any of the scope's words, what it would be for. Unknown scopes: no."""
    found = SCOPES.get(key)
    text = use_case.casefold()
    return found is not None and any(hint in text for hint in found.hints)
