"""Rule text to tokens, however broken it is: what completion, hover and the form read while an author still types.

The parser proper needs a whole file that is right; this needs nothing. It knows texts, comments, names, numbers and signs.
"""

from __future__ import annotations

import re

import msgspec

_TOKEN = re.compile(
    r"""(?P<space>[^\S\n]+|\\\n)
    |(?P<newline>\n)
    |(?P<comment>\#[^\n]*)
    |(?P<text>[rRfFbBuU]{0,2}(?:'''(?:\\.|[^\\])*?(?:'''|\Z)|\"\"\"(?:\\.|[^\\])*?(?:\"\"\"|\Z)
        |'(?:\\.|[^'\\\n])*(?:'|(?=\n)|\Z|\\\Z)|"(?:\\.|[^"\\\n])*(?:"|(?=\n)|\Z|\\\Z)))
    |(?P<number>(?:\d[\d_]*\.?[\d_]*|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<name>[^\W\d]\w*)
    |(?P<sign>==|!=|<=|>=|//|\*\*|<<|>>|->|.)""",
    re.VERBOSE | re.DOTALL,
)
_QUOTE = re.compile(r"^[rRfFbBuU]{0,2}('''|\"\"\"|'|\")")


class Token(msgspec.Struct, frozen=True):
    """A stretch of the text: ``kind`` is name, number, text, comment, sign or newline; ``end`` is exclusive."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def quote(self) -> str:
        """The quotes of a text: one or three characters."""
        match = _QUOTE.match(self.text)
        return match[1] if match else ""

    @property
    def inner(self) -> int:
        """Where the content of a text begins, behind prefix and quotes."""
        match = _QUOTE.match(self.text)
        return self.start + (match.end() if match else 0)

    @property
    def closed(self) -> bool:
        """Whether a text ends with its quotes."""
        return self.end - self.inner >= len(self.quote) and self.text.endswith(self.quote)

    @property
    def content(self) -> str:
        """What stands between the quotes, as written."""
        return self.text[self.inner - self.start : len(self.text) - (len(self.quote) if self.closed else 0)]


def tokens(text: str) -> list[Token]:
    """All tokens in order, without blanks. Never fails."""
    found = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "sign"
        if kind != "space":
            found.append(Token(kind, match[0], match.start(), match.end()))
    return found
