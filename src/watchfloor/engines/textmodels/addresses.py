"""E-mail addresses as their provider compares them: what one mailbox can be written as comes out the same.

Only what a provider documents is undone: taking dots out of every address would merge strangers.
"""

from __future__ import annotations

from typing import NamedTuple

from watchfloor.engines.textmodels.hosts import ascii_host


class _Habit(NamedTuple):
    """What a provider ignores: a tag after ``tag``, the characters of ``ignored``; ``home`` is the name it is kept under."""

    home: str
    tag: str = "+"
    ignored: str = ""


_GMAIL = _Habit("gmail.com", ignored=".")
_PROTON = _Habit("proton.me", ignored="._-")
_YANDEX = _Habit("yandex.ru")
_HABITS = {
    "gmail.com": _GMAIL, "googlemail.com": _GMAIL,
    "proton.me": _PROTON, "protonmail.com": _PROTON, "pm.me": _PROTON, "protonmail.ch": _PROTON,
    "yandex.ru": _YANDEX, "yandex.com": _YANDEX, "ya.ru": _YANDEX, "yandex.by": _YANDEX, "yandex.kz": _YANDEX, "yandex.ua": _YANDEX,
    "ymail.com": _Habit("ymail.com", tag="-"), "rocketmail.com": _Habit("rocketmail.com", tag="-"),
    **{name: _Habit(name) for name in (
        "outlook.com", "hotmail.com", "live.com", "msn.com", "hotmail.co.uk", "hotmail.fr", "outlook.fr", "outlook.de", "outlook.es",
        "icloud.com", "me.com", "mac.com", "fastmail.com", "fastmail.fm", "zoho.com", "mail.ru", "bk.ru", "list.ru", "inbox.ru",
        "mailbox.org", "posteo.de", "hey.com", "runbox.com", "tutanota.com", "tuta.com", "disroot.org", "startmail.com",
    )},
}  # fmt: skip


def canonical(address: str) -> str | None:
    """The comparable form of an e-mail address; None if it is none.

    >>> canonical("Jane.D.oe+shop@GoogleMail.com"), canonical("jane.doe+shop@example.org")
    ('janedoe@gmail.com', 'jane.doe+shop@example.org')
    """
    local, at, domain = address.strip().casefold().rpartition("@")
    host = ascii_host(domain)
    if not at or not local or host is None or "." not in host:
        return None
    habit = _HABITS.get(host) or (_Habit(host, tag="-") if host.startswith("yahoo.") else None)
    if habit is None:
        return f"{local}@{host}"
    kept = local.partition(habit.tag)[0]
    if habit is _YANDEX:  # a dot and a hyphen are the same to it
        kept = kept.replace("-", ".")
    for char in habit.ignored:
        kept = kept.replace(char, "")
    return f"{kept or local}@{habit.home}"
