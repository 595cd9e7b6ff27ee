"""A file of people: looked at, taken in as a whole, taken back; within one's rights; from the page and from the command line."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.test import Client
from tests.support.people import actor_of, member, signed_in

from watchfloor.cli.people import user as command
from watchfloor.identity import actions, defaults
from watchfloor.identity.domain import PERMISSIONS, system
from watchfloor.identity.models import Grant, User
from watchfloor.identity.queries import live_grants
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict, NotFound
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.workforce import people_files
from watchfloor.workforce.actions import save_reviewer, save_vendor
from watchfloor.workforce.models import PeopleFile, Reviewer

pytestmark = pytest.mark.django_db
BY = system("test")
FILE = """email,name,active,roles,vendor,team,languages,share
ben@example.org,Ben Bird,,reviewer@birch,birch,Night,en de,0.5
cleo@example.org,Cleo Clay,,reviewer@birch,birch,,en,
ana@example.org,Ana Alder,,reviewer@birch vendor_lead@birch,,Day,,
dora@example.org,,no,,,,,
"""


@pytest.fixture(autouse=True)
def house() -> None:
    """Ana reviews for Birch, Dora is somebody of the house who also holds a limited grant."""
    with writing(BY) as w:
        defaults.install(w)
        for key in ("birch", "alder"):
            save_vendor(w, key=key, name=key.title())
        ana = actions.create_user(w, email="ana@example.org", name="Ana", password=None)
        actions.grant(w, BY, ana, "reviewer", vendors=["birch"])
        save_reviewer(
            w, ana.pk, vendor_key="birch", team="Night", languages=["es", "en"], skills=["hate"], extras=["live"]
        )
        dora = actions.create_user(w, email="dora@example.org", name="Dora", password=None)
        actions.grant(w, BY, dora, "reviewer", queues=["hate.en"])


def of(email: str) -> User:
    return User.objects.get(email=email)


def roles(email: str) -> list[tuple[str, list[str] | None, list[str] | None]]:
    return sorted(live_grants().filter(user_id=of(email).pk).values_list("role_key", "vendors", "queues"))


def manager(**limits: object) -> User:
    return member(set(PERMISSIONS), "Mara", **limits)


def export(client: Client) -> str:
    answer = client.get("/settings/people/file?format=csv&q=example.org")
    return b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]


def test_from_the_export_to_the_way_back() -> None:
    mara = manager()
    client = signed_in(mara)
    before = export(client)
    assert "ana@example.org,Ana,yes,reviewer@birch,birch,Night,en es,,,1,,," in before
    assert "dora@example.org,Dora,yes,,,,,,,,,reviewer," in before  # a limited grant is told, and not touched
    assert "Import a file" in client.get("/settings/people").content.decode()
    same = client.post("/settings/people/file", {"do": "look", "content": before}).content.decode()
    assert "Everybody is already as this file says" in same

    looked = client.post("/settings/people/file", {"do": "look", "content": FILE})
    page = looked.content.decode()
    assert looked.status_code == 200 and "Do this for 4 people" in page and "Cleo Clay" in page
    assert not User.objects.filter(email="ben@example.org").exists()  # looking does nothing
    seen = looked.context["plan"].seen if looked.context else people_files.look(actor_of(mara), FILE).seen
    late = client.post("/settings/people/file", {"do": "take", "content": FILE, "seen": "other"})
    assert late.status_code == 422 and b"something else than you were shown" in late.content
    taken = client.post("/settings/people/file", {"do": "take", "content": FILE, "seen": seen})
    assert taken.status_code == 302
    row = PeopleFile.objects.get()
    assert (row.added, row.changed, row.ended) == (2, 1, 1)
    ben = Reviewer.objects.get(pk=of("ben@example.org").pk)
    assert (ben.vendor_key, ben.team, ben.languages, ben.share) == ("birch", "Night", ["de", "en"], 0.5)
    ana = Reviewer.objects.get(pk=of("ana@example.org").pk)
    assert (ana.team, ana.languages, ana.skills, ana.extras) == ("Day", ["es", "en"], ["hate"], ["live"])
    assert of("ana@example.org").name == "Ana Alder" and not of("dora@example.org").is_active
    assert roles("ana@example.org") == [("reviewer", ["birch"], None), ("vendor_lead", ["birch"], None)]
    assert roles("dora@example.org") == [("reviewer", None, ["hate.en"])]
    told = Event.objects.get(type="people.file")
    assert (told.data["people_added"], told.data["people_ended"], told.actor) == (2, 1, f"user:{mara.pk}")
    assert Event.objects.filter(type="user.renamed").count() == 1

    result = client.get(taken["Location"]).content.decode()
    assert "2 people of this file have never signed in" in result
    links = b"".join(client.post(taken["Location"], {"do": "links"}).streaming_content).decode()  # type: ignore[attr-defined]
    assert links.count("/join/") == 2
    client.post(taken["Location"], {"do": "undo"})
    row.refresh_from_db()
    assert row.undone_at is not None
    after = export(client)
    for who in ("ben@example.org,Ben Bird", "cleo@example.org,Cleo Clay"):
        after = after.replace(f"{who},no,,,,,,,,,,\r\n", "")
    assert after == before  # all is as it was, but for two who cannot sign in
    assert client.post(taken["Location"], {"do": "undo"}).status_code == 422
    with clock.at(clock.now() + people_files.KEPT + timedelta(days=1)):
        assert people_files.forget_old() == 1
    assert client.post(taken["Location"], {"do": "anything"}).status_code == 404


def test_one_wrong_line_and_nothing_is_done(tmp_path: Path) -> None:
    mara = manager()
    wrong = (
        FILE
        + "eve@example.org,Eve,,queen,,,,\nnot-an-address,Frank,,,,,,\ngil@example.org,Gil,,,gone,,,\nhal@example.org,Hal,,,,,,2\n"
    )
    page = signed_in(mara).post("/settings/people/file", {"do": "look", "content": wrong})
    text = page.content.decode()
    assert page.status_code == 422 and "Mend these lines first" in text and 'name="do" value="take"' not in text
    said = {each.line: each.said for each in people_files.look(actor_of(mara), wrong).wrong}
    assert said.keys() == {6, 7, 8, 9}
    assert (
        "no role 'queen'" in said[6]
        and "not an e-mail" in said[7]
        and "no vendor 'gone'" in said[8]
        and "which" in said[9]
    )
    with pytest.raises(BadInput, match="Line 6"):
        people_files.take_in(actor_of(mara), wrong)
    assert not User.objects.filter(email="ben@example.org").exists() and of("dora@example.org").is_active
    assert Grant.objects.filter(role_key="vendor_lead").count() == 0
    for content in (b"", b"\xff\xfe\x00", b"name\nx"):
        (tmp_path / "people.csv").write_bytes(content)
        with (tmp_path / "people.csv").open("rb") as upload:
            assert signed_in(mara).post("/settings/people/file", {"do": "look", "file": upload}).status_code == 422
    own = f"email,active\n{mara.email},no\n"
    assert "cannot disable yourself" in people_files.look(actor_of(mara), own).wrong[0].said


def test_nobody_reaches_further_by_a_file_than_by_hand() -> None:
    everywhere = actor_of(manager())
    part = actor_of(manager(vendors=["birch"]))
    lines = "email,name,roles,vendor\n"
    good = people_files.look(part, lines + "new@example.org,New,reviewer@birch,birch\nana@example.org,Ana B,,\n")
    assert [each.kind for each in good.steps] == ["add", "change"] and not good.wrong
    for line, said in (
        ("dora@example.org,Dora D,,", "none of your people"), ("new@example.org,New,reviewer,birch", "do not hold"),
        ("new@example.org,New,reviewer@alder,birch", "do not hold"), ("new@example.org,New,reviewer@birch,alder", "do not manage"),
        ("new@example.org,New,,birch", "some vendors only"), ("ana@example.org,,-,", "some vendors only"),
    ):  # fmt: skip
        plan = people_files.look(part, lines + line + "\n")
        assert [said in each.said for each in plan.wrong] == [True], (line, plan.wrong)
    row = people_files.take_in(part, lines + "new@example.org,New,reviewer@birch,birch\n")
    with pytest.raises(Conflict, match="already as it says"):
        people_files.take_in(part, lines + "new@example.org,New,reviewer@birch,birch\n")
    other = actor_of(manager(vendors=["alder"]))
    with pytest.raises(NotFound):
        people_files.one(other, row.pk)
    assert people_files.one(everywhere, row.pk) == row
    lone = signed_in(member({"people.provision", "floor.view"}))
    assert lone.get("/settings/people/file").status_code == 403
    assert lone.get(f"/settings/people/file/{row.pk}").status_code == 403
    people_files.undo(part, row.pk)
    assert not of("new@example.org").is_active


def test_the_command(tmp_path: Path) -> None:
    def run(*words: object) -> tuple[int, str]:
        result = CliRunner().invoke(command, list(map(str, words)), catch_exceptions=False)
        return result.exit_code, result.stdout

    file = tmp_path / "people.csv"
    file.write_text(FILE, encoding="utf-8")
    code, text = run("import", file, "--dry-run", "--json")
    found = json.loads(text)
    assert (code, found["done"], found["add"], found["change"], found["end"]) == (0, False, 2, 1, 1)
    assert not User.objects.filter(email="ben@example.org").exists()
    done = json.loads(run("import", file, "--json")[1])
    assert done["done"] and of("ben@example.org").is_active
    assert "already as this file says" in run("import", file)[1]
    assert "was taken back" in run("undo-import", done["file"])[1]
    assert not of("ben@example.org").is_active
    assert "ben@example.org,Ben Bird,no" in run("export")[1]
    file.write_text("email,active\nana@example.org,maybe\n", encoding="utf-8")
    code, text = run("import", file)
    assert code == 1 and "line 2: active is yes or no" in text and "Everybody is already" not in text
    with pytest.raises(BadInput, match="no id"):
        run("undo-import", "x")
