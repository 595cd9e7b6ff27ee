"""The workbench without its frame: the script swaps this part in and the page goes on, so that no key is lost between two cases."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from watchfloor.platform.render import render

HEADER = "X-Bench"  # a request with it wants the part
TO, ADDRESS = "X-Bench-Go", "X-Bench-Address"  # where the whole page goes; what the part's address is


def is_wanted(request: HttpRequest) -> bool:
    """Whether the script asks."""
    return HEADER in request.headers


def go(request: HttpRequest, address: str) -> HttpResponse:
    """To another page: a redirect, or for the script a word where to go (it must not fetch the page twice: toasts show once)."""
    if not is_wanted(request):
        return redirect(address)
    return HttpResponse(status=200, headers={TO: address, "Content-Type": "text/plain; charset=utf-8"})


def show(
    request: HttpRequest, template: str, context: dict[str, Any], *, address: str = "", status: int = 200
) -> HttpResponse:
    """A page that extends ``layout``: whole, or its part with the address it belongs to."""
    wanted = is_wanted(request)
    layout = "review/part.html" if wanted else "console/base.html"
    response = render(request, template, {**context, "layout": layout}, status=status)
    if wanted:
        response.headers[ADDRESS] = address or request.get_full_path()
    return response
