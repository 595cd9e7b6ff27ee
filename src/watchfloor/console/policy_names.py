"""Policies and violation types by the names people gave them: a key is for files and interfaces, not for reading."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString


def finding(key: str, or_else: str = "") -> SafeString | str:
    """The name of a violation type or a policy, the key on hover; ``or_else`` is used when the first is empty.

    A key nobody knows any more is shown as it is.
    """
    from watchfloor.kernel.errors import BadInput
    from watchfloor.policy import queries  # here, so that a template engine without a database still starts

    key = key or or_else
    if not key:
        return ""
    for read in (queries.violation, queries.policy):
        try:
            return format_html('<span data-user title="{}">{}</span>', key, read(key).name)
        except BadInput:
            continue
    return key
