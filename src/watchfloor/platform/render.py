"""One way to answer with a page: Jinja2, with the shell's context."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render as django_render


def render(
    request: HttpRequest, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """The page ``template`` (``"review/queue.html"``, found in the context's ``jinja2`` folder)."""
    return django_render(request, template, dict(context or {}), status=status, using="jinja2")
