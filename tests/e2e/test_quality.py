"""Quality in a real browser: a plan, a look taken blind at the bench, settled, corrected, read and disputed by whoever decided."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

DIST = Path(__file__).parents[2] / "src/watchfloor/console/static/console/dist"
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not DIST.is_dir(), reason="the assets are not built: run `make assets`"),
]
ROLES = {
    "lead": ["quality.view", "quality.manage", "review.undo", "case.view", "policy.view"],
    "checker": ["review.look", "case.view", "policy.view"],
    "reviewer": ["review.work", "case.view", "policy.view"],
}


def test_a_wrong_decision_is_found_settled_taken_back_and_disputed(
    open_as: Callable[..., Any], four_looks: Callable[[Any], None]
) -> None:
    from tests.support.floor import CLEAN, SPAM, Floor, install
    from tests.support.tips import picture

    from watchfloor.identity.actions import create_user, grant, save_role
    from watchfloor.identity.domain import system
    from watchfloor.identity.queries import actor_for
    from watchfloor.items.media.models import Media, MediaLink
    from watchfloor.kernel import clock
    from watchfloor.ledger.writer import writing
    from watchfloor.quality.actions import drawing
    from watchfloor.quality.models import Look, RoundItem
    from watchfloor.review import actions
    from watchfloor.workforce.actions import save_reviewer, save_vendor
    from watchfloor.workforce.models import Touch

    install()
    floor = Floor()
    people = {}
    with writing(system("test")) as w:
        for name, permissions in ROLES.items():
            people[name] = create_user(w, email=f"{name}@example.org", name=name.capitalize(), password=None)
            save_role(w, key=name, name=name, permissions=permissions)
            grant(w, system("test"), people[name], name)

    page = open_as(people["lead"], "/quality/plan")
    page.get_by_label("Looks a week").fill("5000")
    page.get_by_label("All decisions from this severity").fill("1")
    page.get_by_label("Looks that are made again").fill("0")
    page.get_by_role("button", name="Let it go live").click()
    page.wait_for_selector("text=The plan is live")

    reviewer, checker = actor_for(people["reviewer"]), actor_for(people["checker"])
    for number in range(26):
        floor.report()
        floor.decide(reviewer, CLEAN if number % 3 else SPAM)
    with clock.at(clock.now() + timedelta(minutes=5)):
        drawing.draw()
    for number in range(25):
        lease = floor.claim(checker)
        found = Look.objects.get(job_id=lease.job_id)
        right = SPAM if found.verdict == "violating" else CLEAN
        actions.looks.answer(
            checker, lease.job_id, lease.token, (SPAM if right is CLEAN else CLEAN) if number < 2 else right
        )

    bench = open_as(people["checker"], "/review")
    bench.get_by_role("button", name=re.compile("Next case|next", re.IGNORECASE)).first.click()
    bench.wait_for_url(re.compile("/review/work/"))
    bench.wait_for_selector("text=held against the decision that stands")
    last = Look.objects.get(state="waiting")
    assert "taken back" not in bench.content() and bench.locator("#decide").count() == 1
    assert bench.get_by_text("Strikes", exact=True).count() == 0
    bench.keyboard.press("2" if last.verdict == "violating" else "3")
    bench.wait_for_url(re.compile("/review(\\?.*)?$"))
    last.refresh_from_db()
    assert last.state == "differs"

    page.goto(page.url.rsplit("/", 1)[0])
    page.wait_for_selector("text=Accuracy by policy")
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("link", name="Looks", exact=True).click()
    page.wait_for_url(re.compile("/quality/looks"))
    four_looks(page)
    wrong = Look.objects.filter(state="differs", verdict="violating").first()
    wrong = wrong or Look.objects.filter(state="differs").first()
    assert wrong is not None
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(page.url.split("?")[0] + f"/{wrong.pk}")
    page.get_by_label("What is right", exact=True).select_option(
        "clean" if wrong.verdict == "violating" else "spam.bulk"
    )
    page.get_by_role("button", name="Settle").click()
    page.wait_for_selector("text=Say what went wrong")  # and what was chosen is kept
    assert page.get_by_label("What is right", exact=True).input_value() in ("clean", "spam.bulk")
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_label("What went wrong").select_option("context")
    page.get_by_label("To whoever decided").fill("The thread shows that it is a joke.")
    page.get_by_label("Something to look at").fill("Read the clause on satire.")
    page.get_by_role("button", name="Settle").click()
    page.wait_for_selector("text=Settled.")
    page.goto(page.url.split("?")[0] + f"/{wrong.pk}")
    page.get_by_role("button", name="Take the decision back").click()
    page.wait_for_selector("text=The decision was taken back.")
    page.goto(page.url.split("/quality")[0] + "/quality/card")
    page.get_by_label("Weight of part 1").fill("heavy")
    page.get_by_role("button", name="Let it go live").click()
    page.wait_for_selector("text=Give a number")
    page.get_by_label("Weight of part 1").fill("3")
    page.get_by_role("button", name="Let it go live").click()
    page.wait_for_selector("text=The scorecard is live")
    page.goto(page.url.split("/quality")[0] + f"/quality/looks/{wrong.pk}")
    for part in page.locator("select[name^=mark-]").all():
        part.select_option(index=1)
    page.get_by_role("button", name="Mark it").click()
    page.wait_for_selector("text=Marked.")
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    with writing(system("test")) as w:
        save_vendor(w, key="birch", name="Birch")
        save_reviewer(w, people["reviewer"].pk, vendor_key="birch")
    page.goto(page.url.split("/quality")[0] + "/quality/calibration/new")
    page.get_by_label("Title").fill("Satire")
    for box in page.locator("input[name=items]").all()[:2]:
        box.check()
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("button", name="Begin the session").click()
    page.wait_for_selector("text=The session is open")
    session = page.url
    first, medium = RoundItem.objects.get(number=1), picture(b"round")
    Media.objects.filter(pk=medium.pk).update(state="ready", kind="image")
    MediaLink.objects.create(item_version=first.item_version, field="image", media=medium)
    asked = open_as(people["reviewer"], session.split("?")[0])
    asked.get_by_role("link", name="Answer the next one").click()
    asked.wait_for_selector("text=Item 1 of 2")
    asked.get_by_role("button", name="Hold to show").wait_for()
    assert asked.locator("[data-viewer] img").count() == 0  # nothing is loaded before it is asked for
    four_looks(asked)
    for _item in range(2):
        asked.get_by_label("Unsure").check()
        asked.get_by_role("button", name="Say so").click()
    asked.wait_for_selector("text=You have answered everything")
    assert Touch.objects.filter(
        reviewer_id=people["reviewer"].pk, facts__policy=first.policy_key
    ).exists()  # it is counted
    page.reload()
    page.get_by_role("button", name="Close it").click()
    page.wait_for_selector("text=Closed. Everybody who was asked")
    four_looks(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    for address in ("people", "plan", "card"):
        page.goto(page.url.split("/quality")[0] + f"/quality/{address}")
        four_looks(page)
        page.set_viewport_size({"width": 1440, "height": 900})

    own = open_as(people["reviewer"], "/quality/mine")
    own.wait_for_selector("text=that it is a joke")
    own.get_by_role("button", name="Done").click()
    own.get_by_text("I do not agree").first.click()
    four_looks(own)
    own.set_viewport_size({"width": 1440, "height": 900})
    own.get_by_label("Why the decision was right").first.fill("The second link is a scam.")
    own.get_by_role("button", name="Dispute").first.click()
    own.wait_for_selector("text=Another person looks at it")
    wrong.refresh_from_db()
    assert wrong.state == "disputed"
