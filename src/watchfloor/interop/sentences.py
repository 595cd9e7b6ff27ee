"""One answer about a comment of a site: the very text it submitted, the floor's rules and banks, then what the site taught."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from watchfloor.interop import judging, teaching
from watchfloor.interop.models import Site

SPAM_FROM = 0.5


class Answer(msgspec.Struct, frozen=True):
    """Spam or not; ``discard``: so surely that nobody need look. ``by`` names what said so."""

    spam: bool
    discard: bool = False
    by: str = ""


def answer(site: Site, text: str, *, author: str = "", data: Mapping[str, str] | None = None) -> Answer:
    """Whether a comment is spam to this site. An exact text it has submitted is what it said it is."""
    own = teaching.says(site, text)
    if own is not None and own.certain:
        return Answer(own.score >= SPAM_FROM, by="submitted")
    against = [
        each
        for each in judging.findings(text, author=author, data=data)
        if each.policy in ("", site.policy_key) and each.certain
    ]
    if against:
        return Answer(True, discard=against[0].rejects, by=against[0].by)
    if own is not None:
        return Answer(own.score >= SPAM_FROM, by="site")
    return Answer(False)
