"""For whom every address is: each page and endpoint with the permissions of which one is needed, and the shipped roles that hold it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from docs_tools.text import code, table

LIBRARY = ("allauth.",)


def pages() -> list[tuple[str, tuple[str, ...] | None, str, str]]:
    """Route, permissions, why it is open, clearance: of every page of the console."""
    from django.urls import get_resolver

    found = []
    for route, view in _walk(get_resolver().url_patterns):
        if not route.startswith("v1/") and not view.__module__.startswith(LIBRARY):
            found.append(
                (
                    route,
                    getattr(view, "permissions", None),
                    getattr(view, "open_because", ""),
                    getattr(view, "clearance", ""),
                )
            )
    return sorted(dict.fromkeys(found))


def endpoints() -> list[tuple[str, str, tuple[str, ...] | None]]:
    """Method, path, permissions of every endpoint; none: any token."""
    from watchfloor.console.api import openapi
    from watchfloor.identity.domain import PERMISSIONS

    found = []
    for path, methods in openapi()["paths"].items():
        for method, said in methods.items():
            if method in ("get", "post", "put", "patch", "delete"):
                words = said.get("description", "")
                named = re.search(r"\bNeeds?\b(.*)", words, re.DOTALL)
                needed = (
                    tuple(each for each in re.findall(r"`([a-z_.]+)`", named[1]) if each in PERMISSIONS)
                    if named
                    else ()
                )
                found.append((method.upper(), path, needed if needed else () if "Any token" in words else None))
    return found


def page() -> str:
    """The page as Markdown."""
    from watchfloor.identity.defaults import ROLES

    def holders(needed: tuple[str, ...]) -> str:
        return ", ".join(key for key, (_n, _d, held) in ROLES.items() if not needed or set(needed) & set(held))

    def words(needed: tuple[str, ...] | None, why: str, clearance: str) -> tuple[str, str]:
        if needed is None:
            return f"everyone: {why}", ""
        asked = " or ".join(code(each) for each in needed) or "whoever is signed in"
        return asked + (
            f", and the clearance {code(clearance)}; without it the page is not there" if clearance else ""
        ), holders(needed)

    shown = pages()
    lines = [
        "# For whom every address is",
        "",
        "Written from the program. A test tries every address as nobody, as somebody switched off, as roles that may and roles that may not, and as tokens of each kind",
        "([who may know what](../explanation/who-may-know-what.md)); with `WATCHFLOOR_ROLES_TRIED=99` as all of them. What one sees there is limited again by the grant: queues, markets, vendors, severity, clearances.",
        "",
        f"## Pages ({len(shown)})",
        "",
    ]
    lines += table(
        ("page", "needs one of", "roles as shipped"),
        [(code("/" + route), *words(needed, why, clearance)) for route, needed, why, clearance in shown],
    )
    asked = endpoints()
    lines += [f"## Endpoints ({len(asked)})", "", "A token holds permissions directly.", ""]
    lines += table(
        ("method", "path", "needs one of"),
        [
            (method, code(path), "" if needed is None else " or ".join(code(each) for each in needed) or "any token")
            for method, path, needed in asked
        ],
    )
    return "\n".join(lines)


def _walk(patterns: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    for each in patterns:
        if hasattr(each, "url_patterns"):
            yield from _walk(each.url_patterns, before + str(each.pattern))
        else:
            yield before + str(each.pattern), each.callback
