"""Journey 6: report, decision, notice with its reasons, appeal by the link in it, overturned by someone else, everything undone.

A person acts by keyboard wherever a person acts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.e2e.conftest import wait_for
from tests.e2e.journeys.conftest import Floor
from tests.e2e.journeys.keyboard import Keyboard

pytestmark = pytest.mark.e2e
MESSAGE, AUTHOR = "song-1", "singer-1"
GROUNDS = "This is the text of my own song. Please have a person read it."
MORE = "It is on the record sleeve, page 3."


def take_when_there(reviewer: Keyboard) -> None:
    """Press n on the desk until something is there to take."""

    def taken() -> bool:
        reviewer.page.goto("/review")
        reviewer.go("n")
        return "/review/work/" in reviewer.page.url

    wait_for(taken, "a case for this reviewer", 30)


def find_a_scam(reviewer: Keyboard) -> None:
    """Choose the first violation and say violating; the effects are read before."""
    reviewer.press("1", "Space")
    reviewer.page.get_by_text("What follows", exact=True).wait_for()
    reviewer.go("1")


def notice_to_author(floor: Floor, template: str) -> dict[str, Any]:
    """The one notice of this kind that the platform was asked to pass on to the author."""

    def told() -> list[dict[str, Any]]:
        return [notice for notice in floor.platform.notices(template) if notice["recipient"] == AUTHOR]

    wait_for(lambda: bool(told()), f"the notice {template}", 30)
    [notice] = told()
    assert notice["to"] == "author"
    return notice


def test_report_decision_notice_appeal_overturn_by_keyboard(
    floor: Floor, person: Callable[[str], Keyboard], visit: Callable[..., Any], four_looks: Callable[[Any], None]
) -> None:
    platform = floor.platform
    floor.report(MESSAGE, "Send me your heart, baby, I will send you mine", reason="scam", author=AUTHOR)

    first = person("sam")
    take_when_there(first)
    find_a_scam(first)
    wait_for(lambda: "remove" in platform.effects.get(MESSAGE, ()), "the removal", 30)
    notice = notice_to_author(floor, "author_violating")
    # The statement of reasons: what was done, which rule, what was found, by whom, what can be done against it.
    for words in (
        "What we did", "until further notice", "The rule: ", "against our terms", "The clause, as it was in force", "What we found: ",
        "It was reported to us", "A person took this decision", "object until", "out-of-court", "court",
    ):  # fmt: skip
        assert words in notice["body"], notice["body"]
    link = notice["appeal_link"]
    assert link in notice["body"]

    author = Keyboard(visit(floor.server.url))  # no sign-in: whoever holds the signed link
    author.page.goto(urlsplit(link).path)
    assert notice["subject"] in author.page.locator("h1").inner_text()
    four_looks(author.page)
    author.page.set_viewport_size({"width": 1440, "height": 900})
    author.reach("Why do you think we are wrong?")
    author.type(GROUNDS)
    author.reach("Send the appeal")
    author.go("Enter")
    author.sees("We have received it.")
    author.sees("What happens next")
    author.reach("Add something")
    author.press("Enter")
    author.reach("What else should we know?")
    author.type(MORE)
    author.reach("Add it")
    author.go("Enter")
    four_looks(author.page)

    # The one who decided is not handed the appeal; another is, blind to who decided.
    first.page.goto("/review")
    first.go("n")
    assert "/review/work/" not in first.page.url
    first.sees("Nothing else waits")
    second = person("sol")
    take_when_there(second)
    main = second.page.get_by_role("main").inner_text()
    assert GROUNDS in main
    assert second.page.locator(".appeal-box details").count() == 1  # what was handed in, and no reasons of the first
    assert "find your own reasons" in main
    assert "Appeal" in main
    assert "Sam Okafor" not in second.page.content()
    second.go("2")  # clean: overturned

    wait_for(lambda: platform.effects.get(MESSAGE) == set(), "the inverse of the removal", 30)
    [undone] = [body for body in platform.about(MESSAGE) if body.get("undo")]
    [done] = [body for body in platform.about(MESSAGE) if body["type"] == "action" and not body["undo"]]
    assert undone["inverse_of"] == done["action_id"]
    assert undone["origin"] == "appeal"
    assert notice_to_author(floor, "author_reversed")["language"] == notice["language"]
    author.page.reload()
    author.sees("You were right: the decision has been taken back.")
    author.sees("the reasons we gave are withdrawn")

    lead = person("ada")
    lead.page.goto("/cases?q=" + MESSAGE)
    lead.reach(lead.page.locator("table .short-id").first.inner_text())
    lead.go("Enter")
    timeline = lead.page.get_by_role("main").inner_text()
    for words in (
        "appeal was overturned", "the strike was voided", "told the author that the decision was taken back",
        "the statement of reasons was made", "the statement of reasons was withdrawn (version 2)",
    ):  # fmt: skip
        assert words in timeline, timeline
    lead.page.goto("/appeals?q=" + MESSAGE)
    four_looks(lead.page)
    lead.page.set_viewport_size({"width": 1440, "height": 900})
    lead.reach(lead.page.locator("table .short-id").first.inner_text())
    lead.go("Enter")
    lead.sees("Everything the first decision did was undone with it")
    assert MORE in lead.page.get_by_role("main").inner_text()
    assert lead.page.get_by_text("Withdrawn", exact=True).count() == 1  # the statement
    four_looks(lead.page)
    for address in ("/appeals/terms", "/appeals/people", "/enforcement/notices?q=" + AUTHOR, "/enforcement/words",
                    "/enforcement/words/author_violating/es", "/enforcement/grounds"):  # fmt: skip
        lead.page.goto(address)
        four_looks(lead.page)
    assert platform.forged == 0
