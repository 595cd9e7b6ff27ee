"""The Akismet door: what it says, that a site's teaching stays with it, that hostile submissions move nobody else."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from tests.support.floor import Floor
from tests.support.people import member, signed_in

from watchfloor.detection.models import TextModel
from watchfloor.identity.domain import system
from watchfloor.interop import sites, teaching
from watchfloor.interop.models import Site, SiteDay, SiteLabel
from watchfloor.ledger.writer import writing

SPAM = "Cheap watches and pills, buy now at http://shop{}.example before they are gone"
HAM = "Thank you for the recipe, I made it {} times and the children liked it"


@pytest.fixture
def new_site(floor: Floor, quiet_judge: None) -> Callable[..., tuple[Site, str]]:
    """A website with a key."""
    member({"settings.manage"})

    def make(name: str = "blog") -> tuple[Site, str]:
        with writing(system("test")) as w:
            return sites.make(w, name=name, address="https://blog.example")

    return make


def post(path: str, key: str, text: str = "", **more: str) -> Any:
    form = {"api_key": key, "blog": "https://blog.example", "user_ip": "192.0.2.7", "comment_content": text, **more}
    return Client().post(path, form)


def taught() -> None:
    """The loop has come by."""
    while teaching.learn():
        pass


def check(key: str, text: str, **more: str) -> str:
    answer: str = post("/1.1/comment-check", key, text, **more).content.decode()
    return answer


def test_keys(new_site: Callable[..., tuple[Site, str]], settings: Any) -> None:
    site, key = new_site()
    assert post("/1.1/verify-key", key).content == b"valid"
    assert Client().post("/1.1/verify-key", {"key": key, "blog": "x"}).content == b"valid"
    settings.ALLOWED_HOSTS = [".localhost"]
    by_host = Client(HTTP_HOST=f"{key}.rest.localhost")
    assert by_host.post("/1.1/comment-check", {"blog": "x", "user_ip": "192.0.2.1"}).content == b"false"
    settings.ALLOWED_HOSTS = ["testserver"]
    wrong = post("/1.1/comment-check", "0" * 24, "x")
    assert wrong.content == b"invalid"
    assert wrong.headers["X-akismet-debug-help"]
    with writing(system("test")) as w:
        sites.end(w, site.pk)
    assert post("/1.1/verify-key", key).content == b"invalid"


def test_what_the_protocol_keeps_for_trying_out(new_site: Callable[..., tuple[Site, str]]) -> None:
    _, key = new_site()
    assert check(key, "hello", comment_author="viagra-test-123") == "true"
    assert check(key, "hello", comment_author="viagra-test-123", user_role="administrator") == "false"
    assert check(key, "hello", honeypot_field_name="more", more="x") == "true"
    missing = Client().post("/1.1/comment-check", {"api_key": key, "comment_content": "x"})
    assert missing.content == b"invalid"
    assert "blog" in missing.headers["X-akismet-debug-help"]
    with_test = post("/1.1/submit-spam", key, "hello", is_test="1")
    assert with_test.content.decode() == "Thanks for making the web a better place."
    assert not SiteLabel.objects.exists()


def test_a_site_is_answered_as_it_taught(new_site: Callable[..., tuple[Site, str]]) -> None:
    site, key = new_site()
    _, other = new_site("other")
    assert check(key, SPAM.format(1)) == "false"
    assert post("/1.1/submit-spam", key, SPAM.format(1)).content.decode().startswith("Thanks")
    assert check(key, SPAM.format(1)) == "true"
    assert check(key, SPAM.format(1).upper().replace("watches", "w\u200batches")) == "true"  # disguise is no other text
    assert check(other, SPAM.format(1)) == "false"
    assert post("/1.1/submit-ham", key, SPAM.format(1)).status_code == 200
    assert check(key, SPAM.format(1)) == "false"  # it changed its mind
    for number in range(2, 30):
        post("/1.1/submit-spam", key, SPAM.format(number))
        post("/1.1/submit-ham", key, HAM.format(number))
    taught()
    assert check(key, "Buy cheap pills and watches now at http://another.example") == "true"
    assert check(key, "The children made the recipe and liked it") == "false"
    day = SiteDay.objects.get(site=site)
    assert day.missed >= 1
    assert day.spam + day.ham == 6
    with writing(system("test")) as w:
        assert sites.forget(w, site.pk, "It was taken over.") == SiteLabel.objects.count() + 58
    assert check(key, SPAM.format(2)) == "false"


def test_a_thousand_hostile_submissions_move_nobody_else(
    new_site: Callable[..., tuple[Site, str]], settings: Any
) -> None:
    settings.SITE_LABELS = 1_000
    hostile, _ = new_site("hostile")
    _, honest = new_site("honest")
    asked = [HAM.format(number) for number in range(20)] + [SPAM.format(number) for number in range(20)]
    for number in range(30, 55):
        post("/1.1/submit-spam", honest, SPAM.format(number))
        post("/1.1/submit-ham", honest, HAM.format(number))
    taught()
    before = [check(honest, text) for text in asked]
    assert before == ["false"] * 20 + ["true"] * 20
    models = list(TextModel.objects.values_list("pk", "version"))
    chance = random.Random(7)
    said = [
        teaching.submit(hostile, f"{chance.choice(asked)} {chance.randrange(10**9)}", chance.random() < 0.5)
        for _ in range(900)
    ]
    said += [teaching.submit(hostile, text, "recipe" in text) for _ in range(2) for text in asked]
    said += [teaching.submit(hostile, f"more {number}", True) for number in range(100)]
    taught()
    assert said.count("") == 1_000  # beyond a day's number nothing is learned
    assert {"again", "day"} <= set(said)
    assert [check(honest, text) for text in asked] == before
    assert list(TextModel.objects.values_list("pk", "version")) == models


def test_how_much_was_used(new_site: Callable[..., tuple[Site, str]]) -> None:
    _, key = new_site()
    check(key, "hello there")
    post("/1.1/submit-spam", key, SPAM.format(1))
    used = Client().get("/1.2/usage-limit", {"api_key": key}).json()
    assert used == {"limit": 1000, "usage": 1, "percentage": "0.10", "throttled": False}
    listed = Client().get("/1.2/key-sites", {"api_key": key}).json()
    (month,) = [value for value in listed.values() if isinstance(value, list)]
    assert month[0]["api_calls"] == 1
    assert month[0]["missed_spam"] == 1
    assert (
        Client()
        .get("/1.2/key-sites", {"api_key": key, "format": "csv"})
        .content.decode()
        .splitlines()[0]
        .startswith("site,")
    )
    assert Client().get("/1.2/key-sites", {"api_key": key, "month": "later"}).status_code == 400


def test_the_page(new_site: Callable[..., tuple[Site, str]]) -> None:
    keeper = signed_in(member({"settings.manage"}))
    assert "No website asks yet" in keeper.get("/settings/websites").content.decode()
    bad = keeper.post("/settings/websites", {"name": " ", "policy": "spam"})
    assert bad.status_code == 422
    made = keeper.post(
        "/settings/websites", {"name": "Shop <b>", "address": "https://shop.example", "policy": "spam"}
    ).content.decode()
    key = made.split('id="key"')[1].split('value="')[1].split('"')[0]
    assert check(key, "x") == "false"
    post("/1.1/submit-spam", key, SPAM.format(1))
    page = keeper.get("/settings/websites").content.decode()
    assert key not in page
    assert "Shop &lt;b&gt;" in page
    site = Site.objects.get()
    assert keeper.post(f"/settings/websites/{site.pk}/forget", {"why": ""}, follow=True).status_code == 200
    assert SiteLabel.objects.exists()
    keeper.post(f"/settings/websites/{site.pk}/forget", {"why": "test"})
    assert not SiteLabel.objects.exists()
    keeper.post(f"/settings/websites/{site.pk}/end")
    assert check(key, "x") == "invalid"
    assert keeper.get("/settings/websites?format=csv").status_code == 200
