"""A navigation entry shows only where its page exists and the viewer may open it."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path

from watchfloor.console import nav
from watchfloor.identity.domain import PERMISSIONS


def _page(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [
    path("floor/", _page, name="floor"),
    path("review", _page, name="review"),
    path("rules/", _page, name="rules"),
]


def names(groups: list[list[nav.Link]]) -> list[list[str]]:
    return [[link.name for link in group] for group in groups]


@override_settings(ROOT_URLCONF=__name__)
def test_only_pages_that_exist_in_groups_that_are_not_empty() -> None:
    assert names(nav.visible("/", lambda _permission: True)) == [["Floor", "Review"], ["Rules"]]


@override_settings(ROOT_URLCONF=__name__)
def test_only_what_the_viewer_may_open() -> None:
    assert names(nav.visible("/", {"review.work"}.__contains__)) == [["Review"]]
    assert nav.visible("/", lambda _permission: False) == []


@override_settings(ROOT_URLCONF=__name__)
def test_the_page_one_is_on_is_marked() -> None:
    links = [link for group in nav.visible("/rules/r12/history", lambda _permission: True) for link in group]
    assert [link.name for link in links if link.is_current] == ["Rules"]


def test_pages_of_cases_belong_to_review() -> None:
    for here in ("/cases", "/bulk/order", "/reporters", "/edge-cases"):
        links = [link for group in nav.visible(here, lambda _permission: True) for link in group]
        assert [link.name for link in links if link.is_current] == ["Review"], here


@pytest.mark.parametrize(
    ("path_now", "address"),
    [("/", ""), ("/floor", "/floor/"), ("/floor/x", "/floor/"), ("/flooring", ""), ("/floor/staff/1", "/floor/staff")],
)
def test_current_is_the_longest_by_whole_segments(path_now: str, address: str) -> None:
    assert nav.current(["/floor/", "/floor/staff", "/review"], path_now) == address


def test_keys_are_unique_and_permissions_exist() -> None:
    entries = [entry for group in nav.GROUPS for entry in group]
    assert len({entry.key for entry in entries}) == len(entries) == 24
    assert {name for entry in entries for name in entry.permissions} <= set(PERMISSIONS)
    assert all(entry.permissions for entry in entries)
