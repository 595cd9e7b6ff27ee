"""What the secret of an API token looks like: ``wf_``, 43 random letters and digits, 6 that check them.

So that a leaked one can be found in files and repositories by its shape, without asking the database and almost never by mistake
(one text in 57 thousand million that looks like one passes the check). Those made before have another shape; they go on working.
"""

from __future__ import annotations

import re
import secrets
import string
import zlib
from typing import Final

START: Final = "wf_"
RANDOM: Final = 43  # of 62 letters: 256 bits
CHECK: Final = 6
ALPHABET: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
PATTERN: Final = re.compile(rf"(?<![0-9A-Za-z_])wf_[0-9A-Za-z]{{{RANDOM + CHECK}}}(?![0-9A-Za-z])")


def make() -> str:
    """A new secret."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM))
    return f"{START}{body}{_check(body)}"


def is_one(text: str) -> bool:
    """Whether this has the shape, its check included."""
    return bool(PATTERN.fullmatch(text)) and _check(text[len(START) : -CHECK]) == text[-CHECK:]


def found_in(text: str) -> list[str]:
    """Every secret in a text, once each."""
    return list(dict.fromkeys(one for one in PATTERN.findall(text) if is_one(one)))


def _check(body: str) -> str:
    """CRC-32 of the random part in base 62, as GitHub's tokens carry it."""
    left, digits = zlib.crc32(body.encode()), ""
    for _ in range(CHECK):
        left, rest = divmod(left, len(ALPHABET))
        digits = ALPHABET[rest] + digits
    return digits
