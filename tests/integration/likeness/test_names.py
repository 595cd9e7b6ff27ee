"""Protected names on a floor: accounts that look like one open a case, the real one does not; the register's pages and API."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.floor import REVIEWER, install
from tests.support.people import actor_of, member, signed_in

from watchfloor.detection.likeness import beside, register, watching
from watchfloor.detection.likeness.models import Likeness, ProtectedName
from watchfloor.identity.domain import system
from watchfloor.items import actions as items
from watchfloor.items import keying
from watchfloor.items.contracts import ItemSeen
from watchfloor.items.media.contracts import Print, Printed
from watchfloor.items.media.models import Media, MediaLink
from watchfloor.items.models import Item
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict
from watchfloor.kernel.ids import encode
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.review import actions as review
from watchfloor.review.models import Case, Job, Signal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _floor() -> None:
    install()
    with writing(system("test")) as w:
        items.save_type(w, key="account", name="Account", kind="account", fields=[
            {"name": "display_name", "role": "displayName"}, {"name": "handle"},
            {"name": "avatar", "type": "image", "role": "profileIcon"},
        ])  # fmt: skip
    register.forget()


def account(id: str, **data: Any) -> Item:
    with writing(system("intake")) as w:
        item, _ = items.see(
            w, ItemSeen(type="account", id=id, data=data, seen_at=clock.now(), market="US", language="en")
        )
    while keying.note_new():
        pass
    return item


def protect(name: str = "Jane Doe", **more: Any) -> ProtectedName:
    values: dict[str, Any] = {"kind": "person", "evidence": "A simulated person in public life."}
    with writing(system("test")) as w:
        return register.protect(w, register.NameIn(name=name, **(values | more)))


def test_a_look_alike_opens_a_case_once_and_the_real_one_none() -> None:
    real = account("jane", display_name="Jane Doe", handle="janedoe")
    row = protect(account="jane", handles=("janedoe",))
    account("jane", display_name="Jane Doe", handle="jane_doe")  # a new version of the real one
    account("other", display_name="John Roe")
    account("badge", display_name="Jane Doe", verified=True)
    assert not Likeness.objects.exists() and row.account_id == real.pk
    fake = account("fake", display_name="Jаne Dое", handle="someone")  # with Cyrillic letters
    found = Likeness.objects.get()
    case = Case.objects.get()
    assert (found.account_id, found.how, found.case) == (
        fake.pk,
        "same",
        case.pk,
    ) and case.policy_key == "impersonation"
    assert Signal.objects.get().reason == "Like the protected name Jane Doe: the name looks the same."
    account("fake", display_name="Jаne Dое", handle="someone", bio="now with a bio")
    assert Likeness.objects.count() == Case.objects.count() == Signal.objects.count() == 1
    account("help", display_name="Jane Doe Official Support")
    assert Likeness.objects.get(account__external_id="help").how == "decorated"
    assert "Jane Doe" not in str(list(Event.objects.values_list("data", "changes")))


def test_what_is_only_a_little_alike_is_kept_and_opens_nothing() -> None:
    protect("Johnathan Smithson")
    account("j", display_name="Jonathan Smithsen")
    assert Likeness.objects.get().distance == 2 and not Case.objects.exists()


def test_a_picture_that_is_alike() -> None:
    bits = bytes(range(32))
    row = protect(avatar=bits.hex())
    item = account("thief", display_name="Somebody Else", avatar="x")
    near = bytes([bits[0] ^ 0b111, *bits[1:]])
    now = clock.now()
    with writing(system("test")) as w:
        medium = w.create(Media, state="ready", sha256="a" * 64, kind="image", noted_at=now)
        w.event(watching.LikenessFound(how="", distance=0, bits=None, protected=""), medium)
        MediaLink.objects.create(item_version=item.current_version, field="avatar", media=medium)
        for value, quality in ((bits[::-1], 90), (near, 10), (near, 90), (near, 90)):
            shown = Printed(
                media_id=medium.pk,
                kind="image",
                sha256="",
                md5="",
                prints=(Print(kind="pdq", bits=value, quality=quality),),
            )
            watching.printed(w, shown)
    found = Likeness.objects.get()
    assert (found.protected_id, found.bits, found.how) == (row.pk, 3, "")
    assert not Case.objects.exists()  # by the picture alone one is not taken for somebody
    account("thief", display_name="Jane D0e", avatar="x")
    found.refresh_from_db()
    assert found.how == "same" and found.score > 0.95 and Case.objects.count() == 1


def test_what_cannot_be_protected() -> None:
    for wrong, code in (
        ({"name": "!"}, "bad_name"), ({"kind": "pet"}, "unknown_kind"), ({"evidence": ""}, "no_evidence"),
        ({"account": "nobody"}, "unknown_account"), ({"avatar": "zz"}, "bad_hash"),
        ({"handles": tuple(map(str, range(60)))}, "bad_handles"),
    ):  # fmt: skip
        with pytest.raises(BadInput) as refused:
            protect(**({"name": "Jane Doe"} | wrong))
        assert refused.value.code == code
    row = protect()
    with pytest.raises(Conflict):
        protect("jane doe")
    with writing(system("test")) as w:
        register.release(w, row)
    account("fake", display_name="Jane Doe")
    assert not Likeness.objects.exists()


def test_pages() -> None:
    editor = signed_in(member({"likeness.view", "likeness.edit", "case.view"}))
    assert b"No protected names yet" in editor.get("/protected-names").content
    typed = {"name": "Jane Doe", "kind": "person", "evidence": "", "handles": "@janedoe\njane.doe"}
    wrong = editor.post("/protected-names/new", typed)
    assert wrong.status_code == 422 and b"Jane Doe" in wrong.content
    editor.post("/protected-names/new", typed | {"evidence": "She is in the news."})
    row = ProtectedName.objects.get()
    assert row.handles == ["janedoe", "jane.doe"]
    fake = account("fake", display_name="J4ne Doe")
    page = editor.get(f"/protected-names/{row.pk}").content.decode()
    assert "fake" in page and encode("case", Case.objects.get().pk) in page
    assert b"it looks the same" in editor.get("/protected-names?try=janed0e").content
    assert b"Nobody would take it" in editor.get("/protected-names?try=bob").content
    assert (
        editor.get("/protected-names?format=csv")
        .getvalue()
        .decode()
        .splitlines()[1]
        .startswith("Jane Doe,janedoe jane.doe,person")
    )
    assert editor.post(f"/protected-names/{row.pk}", {"do": "ask", "account": str(fake.pk)}).status_code == 422
    assert editor.get(f"/protected-names/{row.pk}/edit").status_code == 200
    assert editor.post(f"/protected-names/{row.pk}", {"do": "release"}).status_code == 302
    assert signed_in(member({"case.view"})).get("/protected-names").status_code == 403


def test_the_bench_lays_both_accounts_side_by_side_in_a_queue_of_their_own() -> None:
    account("jane", display_name="Jane Doe", handle="janedoe", followers=12_000)
    row = protect(account="jane", handles=("janedoe",))
    account("fake", display_name="Jаnе Dое", handle="jane.help")  # with Cyrillic letters
    case = Case.objects.get()
    assert Job.objects.get(case=case).queue_key == "identity"
    reviewer = member(REVIEWER, queues=["identity"])
    lease = review.claim(actor_of(reviewer))
    assert lease is not None
    page = signed_in(reviewer).get(f"/review/work/{lease.job_id}").content.decode()
    sides = page[page.index("data-sides") :].split("</section>")[0]
    assert "The name looks the same" in sides and "The real account" in sides and "@janedoe" in sides
    assert "Cyrillic Small Letter A" in sides and f"/protected-names/{row.pk}" not in sides
    assert beside.other_letters("Женя") == "" == beside.other_letters("Jane 42")
    far = member({"case.view"}, markets=["DE"])  # the real account's market is not theirs
    there = beside.sides(actor_of(far), case)[0].there
    assert (there.name, there.id, there.url) == ("Jane Doe", "", "") and there.handle == "janedoe"
    keeper = signed_in(member({"case.view", "likeness.view"}))
    assert f"/protected-names/{row.pk}" in keeper.get(f"/cases/{encode('case', case.pk)}").content.decode()
    with writing(system("test")) as w:
        register.release(w, row)
    assert not beside.sides(actor_of(reviewer), case)


def test_by_program() -> None:
    from django.test import Client

    from watchfloor.identity.tokens import create_token

    with writing(system("test")) as w:
        permissions = ["likeness.view", "likeness.edit", "likeness.verify"]
        _, secret = create_token(w, system("test"), name="t", source="t", permissions=permissions)
    api = Client(headers={"Authorization": f"Bearer {secret}"})

    def call(verb: str, path: str, status: int, body: Any = None) -> Any:
        more = {"data": body, "content_type": "application/json"} if body else {}
        answer = getattr(api, verb)(f"/v1{path}", **more)
        assert answer.status_code == status, answer.content
        return answer.json()

    body = {"name": "Jane Doe", "kind": "person", "evidence": "In the news.", "handles": ["janedoe"]}
    made = call("post", "/protected-names", 201, body)
    assert [each["how"] for each in call("get", "/protected-names/like?name=j4nedoe", 200)] == ["same"]
    assert call("put", f"/protected-names/{made['id']}", 200, body | {"verified": True})["verified"] is True
    account("fake", display_name="Jane D0e")
    assert [each["account"] for each in call("get", f"/protected-names/{made['id']}/accounts", 200)] == ["fake"]
    assert [each["found"] for each in call("get", "/protected-names", 200)] == [1]
    check = call(
        "post", "/identity-checks", 201, {"account": "fake", "wanted": "Show us your name.", "protected": made["id"]}
    )
    assert "/identity/with/" in check["link"] and call("get", "/identity-checks", 200)[0]["state"] == "asked"
    refused = call(
        "post", f"/identity-checks/{check['id']}/decision", 200, {"outcome": "refused", "why": "Nothing came."}
    )
    assert refused["state"] == "refused" and refused["link"] == ""
    assert call("delete", f"/protected-names/{made['id']}", 200)["ended_at"] is not None
    call("post", "/protected-names", 422, body | {"kind": "pet"})
