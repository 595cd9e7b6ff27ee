"""The Jinja environment every page is rendered with: what templates may call without importing it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any
from uuid import UUID

from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext, ngettext, npgettext, pgettext
from jinja2 import Environment, StrictUndefined, pass_context
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from jinja2.runtime import Context
from markupsafe import Markup, escape

from watchfloor.console import compiled, policy_names
from watchfloor.console.filters import diff, links, numbers, shapes, text, times
from watchfloor.kernel import ids
from watchfloor.review.queries import names


def url(name: str, *args: Any, **kwargs: Any) -> str:
    """The address of a page by its URL name."""
    return reverse(name, args=args, kwargs=kwargs)


def url_or_none(name: str, *args: Any, **kwargs: Any) -> str | None:
    """The same, or None where this installation has no such page."""
    try:
        return reverse(name, args=args, kwargs=kwargs)
    except NoReverseMatch:
        return None


@lru_cache(maxsize=2_000)  # a page has fifty; the same few hundred come again and again
def icon(name: str, css: str = "", label: str = "") -> Markup:
    """A sign from the sprite (``frontend/icons.txt``). Decorative unless given a ``label``, which is then read aloud.

    Signs that point along the line of reading get the class ``icon-turns`` and are mirrored in right-to-left pages.
    """
    turns = " icon-turns" if name.endswith(("-left", "-right")) or name in _TURNING else ""
    role = Markup(' role="img" aria-label="{}"').format(label) if label else Markup(' aria-hidden="true"')
    classes = f"icon{turns}{' ' + css if css else ''}"
    return Markup('<svg class="{}"{} focusable="false"><use href="{}#{}"></use></svg>').format(
        classes, role, static("console/dist/icons.svg"), name
    )


_TURNING = {"arrow-back-up", "send", "share", "external-link", "logout", "message", "list"}


def typeid(kind: str, value: UUID) -> str:
    """The identifier as people and programs outside see it: ``case_01jq...``."""
    return ids.encode(kind, value)


def tojson_script(value: Any) -> Markup:
    """JSON that may stand inside a ``<script type="application/json">``: nothing in it can end the element."""
    body = json.dumps(value, ensure_ascii=False, default=str, separators=(",", ":"))
    for char in "<>&\u2028\u2029":
        body = body.replace(char, f"\\u{ord(char):04x}")
    return Markup(body)  # noqa: S704 - every character that could leave the script element is escaped above


def attributes(values: dict[str, Any]) -> Markup:
    """``{"hx-get": "/x", "disabled": True}`` as HTML attributes; None and False are left out."""
    parts = []
    for name, value in values.items():
        if value is None or value is False:
            continue
        parts.append(escape(name) if value is True else Markup('{}="{}"').format(name, value))
    return Markup(" ").join(parts)


def _each_time(function: Callable[..., Any]) -> Callable[..., Any]:
    """Keeps Jinja from running a filter on a constant once, at compile time, in the language of whoever came first."""

    @pass_context
    @wraps(function)
    def call(_context: Context, *args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return call


class Words(Extension):
    """``_(name)`` of a variable is a word to look up, and nothing more; only ``_("...")`` of the template's own text may hold markup.

    Jinja's own takes both for the template's text: what a person called a policy would be markup, and a per cent sign in it an error.
    """

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """``_ ( anything but a string`` becomes ``looked_up (``."""
        tokens = list(stream)
        for place, token in enumerate(tokens):
            ahead = [each.type for each in tokens[place + 1 : place + 3]]
            called = token.type == "name" and token.value in ("_", "gettext") and ahead[:1] == ["lparen"]
            attribute = place > 0 and tokens[place - 1].type == "dot"
            if called and not attribute and ahead[1:] != ["string"]:
                yield Token(token.lineno, "name", "looked_up")
            else:
                yield token


def looked_up(text: Any) -> str:
    """A title or name in the viewer's language, if the catalogue has it; text, unless it is markup already."""
    found = gettext(str(text)) if text else ""
    return Markup(found) if hasattr(text, "__html__") else found  # noqa: S704 - it was markup before


def environment(**options: Any) -> Environment:
    """Called by Django's Jinja2 backend. Autoescape is always on, and a misspelt name is an error, not an empty string."""
    options["autoescape"] = True
    options["undefined"] = StrictUndefined
    options.setdefault("trim_blocks", True)
    options.setdefault("lstrip_blocks", True)
    options.setdefault("bytecode_cache", compiled.cache(Path(__file__)))
    options["extensions"] = [*options.get("extensions", []), "jinja2.ext.i18n", "jinja2.ext.do", Words]
    env = Environment(**options)  # noqa: S701 - autoescape is set above
    env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext
    )
    env.policies["ext.i18n.trimmed"] = True
    env.globals.update(
        looked_up=looked_up,
        url=url,
        url_or_none=url_or_none,
        static=static,
        icon=icon,
        typeid=typeid,
        short=ids.short,
        attributes=attributes,
        sparkline=shapes.sparkline,
        bar=shapes.bar,
        link_with=links.link_with,
        diff_lines=diff.diff_lines,
    )
    filters: dict[str, Callable[..., Any]] = {
        "number": numbers.number,
        "compact": numbers.compact,
        "percent": numbers.percent,
        "delta": numbers.delta,
        "age": times.age,
        "due": times.due,
        "due_state": times.due_state,
        "moment": times.moment,
        "date_of": times.date_of,
        "duration": times.duration,
        "safe_text": text.safe_text,
        "initials": text.initials,
        "tojson_script": tojson_script,
        "finding": policy_names.finding,
        "source_name": names.source,
    }
    env.filters.update({name: _each_time(function) for name, function in filters.items()})
    return env
