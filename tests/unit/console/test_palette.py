"""The palette asks every provider, ranks pages, and survives a broken part."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from watchfloor.console import palette, views
from watchfloor.identity.domain import NOBODY, system

ACTOR = system("tests")


@pytest.fixture(autouse=True)
def _own_providers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(palette, "_registered", [])
    monkeypatch.setattr(palette, "_found", lambda: ())


def test_providers_get_the_actor_and_the_trimmed_query() -> None:
    asked: list[tuple[Any, str]] = []

    @palette.register
    def provide(actor: Any, query: str) -> list[dict[str, str]]:
        asked.append((actor, query))
        return [{"title": "case 8F2K", "url": "/cases/8F2K", "kind": "case", "hint": "hate.en"}]

    assert palette.search(ACTOR, "  8f2k  x ") == [
        {"title": "case 8F2K", "url": "/cases/8F2K", "kind": "case", "hint": "hate.en"}
    ]
    assert asked == [(ACTOR, "8f2k x")]


def test_registering_twice_asks_once() -> None:
    def provide(actor: Any, query: str) -> list[dict[str, str]]:
        return [{"title": "one", "url": "/"}]

    palette.register(palette.register(provide))
    assert len(palette.search(ACTOR, "x")) == 1


def test_a_provider_that_fails_is_left_out_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    def broken(actor: Any, query: str) -> Iterator[dict[str, str]]:
        yield {"title": "half", "url": "/"}
        raise RuntimeError("no lake")

    palette.register(broken)
    palette.register(lambda actor, query: [{"url": "/no-title"}])
    palette.register(lambda actor, query: [{"title": "whole", "url": "/"}])
    with caplog.at_level(logging.ERROR):
        assert [entry["title"] for entry in palette.search(ACTOR, "x")] == ["whole"]
    assert caplog.text.count("palette provider") == 2


def test_an_endless_provider_ends() -> None:
    def endless(actor: Any, query: str) -> Iterator[dict[str, str]]:
        while True:
            yield {"title": "again", "url": "/"}

    palette.register(endless)
    assert len(palette.search(ACTOR, "x")) == palette.PER_PROVIDER


def test_pages_are_ranked() -> None:
    pages = [{"title": title, "url": "/"} for title in ("Media banks", "App review", "Review", "Floor")]
    assert [entry["title"] for entry in palette.search(ACTOR, "rev", pages)] == ["Review", "App review"]
    assert [entry["title"] for entry in palette.search(ACTOR, "ba me", pages)] == ["Media banks"]
    assert len(palette.search(ACTOR, "", pages)) == 4


def _request(actor: Any) -> HttpRequest:
    request = RequestFactory().get("/console/palette.json", {"q": "flo"})
    request.actor = actor  # type: ignore[attr-defined]
    return request


def test_nobody_gets_nothing() -> None:
    palette.register(lambda actor, query: [{"title": "secret", "url": "/"}])
    response = views.palette_json(_request(NOBODY))
    assert response.status_code == 403
    assert b"secret" not in response.content


def test_the_answer_is_private() -> None:
    palette.register(lambda actor, query: [{"title": "mine", "url": "/"}])
    response = views.palette_json(_request(ACTOR))
    assert b"mine" in response.content
    assert response.headers["Cache-Control"] == "private, no-store"
