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
