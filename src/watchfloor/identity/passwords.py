"""Passwords that are long enough and still the first that anybody would try here: this program's words, and common ones dressed up.

The words are listed in docs/explanation/security-decisions.md too; a test compares.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

WORDS = (
    "watchfloor", "trustandsafety", "moderation", "moderator", "reviewer", "administrator", "escalation", "safety", "policy",
    "password", "passphrase", "welcome", "letmein", "changeme", "default", "secret",
)  # fmt: skip
REST = 8  # characters that must be left when such a word is taken out
_DRESS = str.maketrans("013457$@!|8", "oieastsailb")


class NotOfThisPlace:
    """A validator of Django's. A word of the place may be part of a password, not most of it."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ``ValidationError`` for one that is little more than a word of this place or a common password."""
        plain = password.lower()
        for dressed in {plain, plain.translate(_DRESS)}:
            for word in (*WORDS, *_place()):
                rest = dressed.replace(word, "")
                if rest != dressed and len(set(re.sub(r"[\W\d_]", "", rest))) < REST / 2 and len(rest) < REST:
                    raise ValidationError(
                        _("That is little more than “%(word)s”, which is tried first."), "of_this_place", {"word": word}
                    )
            core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", dressed)
            if core != password and core in _common():
                raise ValidationError(_("That is a common password with signs around it."), "dressed_up")
            half = plain[: len(plain) // 2]
            if plain == half * 2 and half in _common():
                raise ValidationError(_("That is a common password, twice."), "dressed_up")

    def get_help_text(self) -> str:
        """What the form says beforehand."""
        return _("Not this program's name with a number, nor a common password with signs around it.")


@cache
def _common() -> set[str]:
    return set(CommonPasswordValidator().passwords)


@cache
def _place() -> tuple[str, ...]:
    """Parts of the address this installation is reached at."""
    host = urlsplit(settings.PUBLIC_URL).hostname or ""
    return tuple(part for part in host.split(".") if len(part) >= 5 and not part.isdigit())
