"""The pages and the command, as people use them: draft, complete, release by another, life; errors keep what was typed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client
from tests.support import tips
from tests.support.cybertip import Service
from tests.support.floor import Floor
from tests.support.people import member, signed_in

from watchfloor.cybertip import drafts, sending
from watchfloor.cybertip.models import Tip
from watchfloor.cybertip.pages import forms
from watchfloor.identity.models import RestrictedRead
from watchfloor.kernel import clock, ids


@pytest.fixture
def pair(floor: Floor) -> tuple[Client, Client]:
    """Two people of the role."""
    one, two = (
        signed_in(member(tips.ROLE, name, clearances=["child_safety"])) for name in ("Ada Writer", "Ben Second")
    )
    return one, two


def test_from_draft_to_handed_in(floor: Floor, pair: tuple[Client, Client], service: Service) -> None:
    one, two = pair
    tip = tips.gathered(floor)
    page, life = f"/cybertip/{tip.pk}", f"/cybertip/{tip.pk}/life"
    assert "mallory" in one.get("/cybertip").content.decode()
    text = one.get(page).content.decode()
    assert "Say where it happened." in text and "<img" not in text.partition("<main")[2].partition("</main")[0]
    typed = forms.typed_of(drafts.now_of(tip)) | {"edits": "0", "step": "prepare"}
    bad = one.post(page, typed | {"ips": "nonsense", "bio": "what I typed"})
    assert (
        bad.status_code == 422 and "what I typed" in bad.content.decode() and "is no IP address" in bad.content.decode()
    )
    missing = one.post(page, typed)
    assert missing.status_code == 422 and "Say where it happened." in missing.content.decode()
    found = re.search(r'name="edits" value="(\d+)"', missing.content.decode())
    assert found is not None
    good = typed | {"place": "web_page_incident", "urls": "https://chirp.example/p/1", "edits": found[1]}
    done = one.post(page, good)
    assert done["Location"].endswith("/release")
    mine = one.get(done["Location"]).content.decode()
    assert "Somebody else who is cleared must release it" in mine and 'value="release"' not in mine
    assert one.post(done["Location"], {"step": "release", "digest": tips.now_digest(tip)}).status_code == 422
    theirs = two.get(done["Location"]).content.decode()
    assert "&lt;incidentType&gt;" in theirs and "Prepared by Ada Writer" in theirs
    assert two.post(done["Location"], {"step": "release", "digest": tips.now_digest(tip)})["Location"] == life
    sending.send_due()
    shown = two.get(life).content.decode()
    assert "Handed in as report 7000000" in shown and "Ada Writer" in shown
    assert two.get(page)["Location"] == life
    looks = set(RestrictedRead.objects.filter(subject=f"tip:{tip.pk}").values_list("why", flat=True))
    assert looks >= {"draft", "release", "life"}
    told = b"".join(two.get("/cybertip?format=csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert "finished" in told and "mallory" not in told


def test_stuck_mended_and_taken_back(floor: Floor, pair: tuple[Client, Client], service: Service) -> None:
    one, two = pair
    tip = tips.released(floor)
    service.password = "other"
    sending.send_due()
    life = f"/cybertip/{tip.pk}/life"
    assert "does not know our user name" in one.get(life).content.decode()
    one.post(life, {"step": "resume"})
    assert Tip.objects.get(pk=tip.pk).state == "sending"
    assert one.post(life, {"step": "withdraw", "why": ""}).status_code == 422
    two.post(life, {"step": "withdraw", "why": "it is a film"})
    assert Tip.objects.get(pk=tip.pk).state == "retracted" and service.reports == {}


def test_settings_keep_what_was_typed_and_never_show_the_password(
    floor: Floor, pair: tuple[Client, Client], service: Service
) -> None:
    one, _two = pair
    page = one.get("/cybertip/settings").content.decode()
    assert "Ada" in page and 'value="floor"' not in page
    typed: dict[str, Any] = {
        "first_name": "Zoe", "last_name": "R", "email": "zoe@chirp.example", "environment": "production", "target": "soon",
        "violations": ["child-safety.csam"],
    }  # fmt: skip
    bad = one.post("/cybertip/settings", typed)
    assert bad.status_code == 422 and "Zoe" in bad.content.decode()
    assert one.post("/cybertip/settings", typed | {"target": "0.5", "username": "watch"}).status_code == 302
    one.post("/cybertip/settings", {"step": "check"})
    assert "lets us in" in one.get("/cybertip/settings").content.decode()
    assert service.calls == ["/status"]


def test_a_case_by_hand(floor: Floor, pair: tuple[Client, Client]) -> None:
    one, _two = pair
    row = tips.case(floor, "mallory", "p1")[0]
    wrong = one.post("/cybertip", {"case": "case_nonsense"})
    assert wrong.status_code == 422 and "case_nonsense" in wrong.content.decode()
    assert one.post("/cybertip", {"case": ids.encode("case", floor.report().pk)}).status_code == 422
    assert (
        one.post("/cybertip", {"case": ids.encode("case", row.pk)})["Location"] == f"/cybertip/{Tip.objects.get().pk}"
    )


def test_the_command_obeys_the_same_rules(
    floor: Floor, service: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from watchfloor.cli import main
    from watchfloor.cli.cybertip import cybertip
    from watchfloor.kernel.errors import NotFound

    monkeypatch.setattr("watchfloor.console.prepare.django", lambda: None)
    person = member(tips.ROLE, clearances=["child_safety"])
    stranger = member(tips.ROLE)

    def run(*argv: str, who: Any = person) -> Any:
        found = CliRunner().invoke(cybertip, [*argv, "--as", who.email, "--json"], catch_exceptions=False)
        return json.loads(found.output)

    assert "cybertip" in main.COMMANDS
    draft = tips.gathered(floor, account="eve")
    with pytest.raises(NotFound):
        run("list", who=stranger)
    assert [row["state"] for row in run("list")["reports"]] == ["draft"]
    from watchfloor.kernel.errors import Conflict

    with pytest.raises(Conflict, match="draft"):
        run("send", ids.encode("tip", draft.pk))
    tip = tips.released(floor)
    Tip.objects.filter(pk=tip.pk).update(next_at=clock.now())
    assert run("send", ids.encode("tip", tip.pk))["state"] == "finished"
    shown = run("show", ids.encode("tip", tip.pk))
    assert shown["openings"][0]["outcome"] == "finished" and "mallory" not in json.dumps(shown)
    run("check", "--xsd", str(tmp_path / "xsd"))
    assert (tmp_path / "xsd").read_text() == "<schema/>"
