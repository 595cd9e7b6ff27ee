"""Puts the blocks of allauth's Django templates into the Jinja2 frame that all other pages have.

    {% shell "identity/entrance.html" %}
      {% part title %}{% block head_title %}{% endblock %}{% endpart %}
      {% part content %}{% block content %}{% endblock %}{% endpart %}
    {% endshell %}

renders that Jinja2 page with ``parts.title`` and ``parts.content``.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.template import engines
from django.template.base import NodeList, Parser, Token
from django.template.context import Context
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
_PARTS = "watchfloor_shell_parts"


class Part(template.Node):
    """One named piece; rendered for the shell around it."""

    def __init__(self, name: str, nodelist: NodeList) -> None:
        self.name, self.nodelist = name, nodelist

    def render(self, context: Context) -> SafeString:
        rendered = self.nodelist.render(context).strip()
        context.render_context[_PARTS][self.name] = mark_safe(rendered)  # noqa: S308 - a template's own output, escaped in it
        return mark_safe("")


class Shell(template.Node):
    """The frame; what stands in it outside parts is dropped."""

    def __init__(self, page: str, nodelist: NodeList) -> None:
        self.page, self.nodelist = page, nodelist

    def render(self, context: Context) -> SafeString:
        parts: dict[str, SafeString] = {}
        with context.render_context.push_state(context.template, isolated_context=False):  # type: ignore[arg-type]
            context.render_context[_PARTS] = parts
            self.nodelist.render(context)
        page: Any = engines["jinja2"].get_template(self.page)
        return mark_safe(str(page.render({"parts": parts}, context["request"])))  # noqa: S308 - likewise


@register.tag
def shell(parser: Parser, token: Token) -> Shell:
    """``{% shell "page.html" %}...{% endshell %}``"""
    _, page = token.split_contents()
    nodelist = parser.parse(("endshell",))
    parser.delete_first_token()
    return Shell(page.strip("\"'"), nodelist)


@register.tag
def part(parser: Parser, token: Token) -> Part:
    """``{% part name %}...{% endpart %}``"""
    _, name = token.split_contents()
    nodelist = parser.parse(("endpart",))
    parser.delete_first_token()
    return Part(name, nodelist)
