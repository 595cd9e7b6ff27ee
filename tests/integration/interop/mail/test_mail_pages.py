"""The pages of the door for mail: settings with their errors and the way back, mails by who may know of them; commands."""

from __future__ import annotations

import json
import mailbox
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.django_db


def test_settings_mails_and_commands(transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner
    from tests.support.doors import door
    from tests.support.mails import letter
    from tests.support.people import member, signed_in

    from watchfloor.cli import mail as command
    from watchfloor.interop.mail import addresses, keeping, working
    from watchfloor.interop.mail.models import MailAddress, MailMessage, MailPattern, TrustedSender
    from watchfloor.kernel.errors import Overloaded
    from watchfloor.kernel.ids import encode

    door({"report.submit"})
    manager = signed_in(member({"settings.manage"}))
    reader = signed_in(member({"intake.manage"}))
    page = "/settings/mail"
    assert "No address takes mail yet" in manager.get(page).content.decode()
    assert reader.get(page).status_code == 403 and manager.get(f"{page}/received").status_code == 403

    def post(**given: str) -> Any:
        return manager.post(page, given)

    for given, words in (
        ({"do": "address", "address": "a+b@chirp.example", "reason": "other"}, "what follows a plus"),
        ({"do": "address", "address": "abuse@chirp.example", "reason": "nonsense"}, "nonsense"),
        (
            {"do": "address", "address": "abuse@chirp.example", "reason": "other", "market": "germany"},
            "A market is written",
        ),
        ({"do": "sender", "who": "flagger.example", "name": "F", "sender_kind": "government"}, "a whole domain"),
        ({"do": "sender", "who": "@flagger.example", "name": "F", "sender_kind": "user"}, "no standing"),
        ({"do": "pattern", "pattern": "https://x.example/", "type": "post"}, "{id} once"),
        ({"do": "pattern", "pattern": "https://x.example/{id}", "type": "planet"}, "no such item type"),
        ({"do": "other"}, "not known"),
    ):
        answer = post(**given)
        assert answer.status_code == 422 and words in answer.content.decode(), given
        typed = given.get("address") or given.get("who") or given.get("pattern")
        assert not typed or f'value="{typed}"' in answer.content.decode()
    assert post(do="address", address="Abuse@chirp.example", reason="other", answers="on").status_code == 302
    assert post(do="address", address="kids@chirp.example", reason="child-abuse").status_code == 302
    assert post(do="sender", who="@flagger.example", name="F", sender_kind="government").status_code == 302
    assert (
        "believed already"
        in post(do="sender", who="@flagger.example", name="F", sender_kind="government").content.decode()
    )
    assert post(do="pattern", pattern="https://x.example/{id}", type="post").status_code == 302
    assert 'value="abuse@chirp.example"' in manager.get(f"{page}?new=address&of=abuse@chirp.example").content.decode()
    for what, model in (("address", MailAddress), ("sender", TrustedSender), ("pattern", MailPattern)):
        row = model.objects.order_by("pk").first()  # type: ignore[attr-defined]
        for live in ("0", "1"):
            assert manager.post(f"{page}/{what}/{row.pk}", {"live": live}).status_code == 302
            row.refresh_from_db()
            assert (row.ended_at is None) == (live == "1")
        assert (
            len(
                manager.get(f"{page}?format=csv&list={what}{'es' if what == 'address' else 's'}")
                .getvalue()
                .splitlines()
            )
            >= 2
        )
    assert manager.post(f"{page}/planet/{row.pk}", {"live": "0"}).status_code == 404
    addresses.in_force.forget()

    # A pipe, an mbox and a Maildir: what was kept is told, and the same again is the same.
    box = mailbox.mbox(tmp_path / "box")
    folder = mailbox.Maildir(tmp_path / "dir")
    for number in range(2):
        box.add(letter(subject=f"Boxed {number}"))
        folder.add(letter(subject=f"Boxed {number}"))
    box.flush()
    monkeypatch.setattr(command.prepare, "django", lambda: None)

    def run(*given: str, **options: Any) -> Any:
        return CliRunner().invoke(command.mail, ["read", *given], **options)

    answer = json.loads(run(str(tmp_path / "box"), "--json").stdout)
    assert [each["duplicate"] for each in answer["kept"]] == [False, False] and not answer["refused"]
    assert run(str(tmp_path / "dir")).output.count("mail_") == 2
    assert run("-", "--to", "kids@chirp.example", input=letter(subject="Grave")).exit_code == 0
    refused = run("-", "--to", "nobody@chirp.example", input=b"Subject: x\n\nx")
    assert refused.exit_code == 1 and "Nobody takes mail" in refused.output
    assert run("-", "--to", "abuse@chirp.example", input=b"a: b\n" * 2_000 + b"\nx").exit_code == 0
    with monkeypatch.context() as patch:
        patch.setenv("WATCHFLOOR_MAIL_QUEUE", "1")
        keeping.waiting.forget()
        assert run("-", "--to", "abuse@chirp.example", input=letter(subject="Too much")).exit_code == command.TEMPFAIL
        with pytest.raises(Overloaded):
            keeping.keep(b"x", recipients=["abuse@chirp.example"], sender="", peer="", how="smtp", relayed=False)
    keeping.waiting.forget()
    while working.work():
        pass

    # Who is not cleared knows nothing of a mail that may be about a child.
    grave = MailMessage.objects.get(address="kids@chirp.example")
    assert grave.clearance == "child_safety"
    listed = reader.get(f"{page}/received").content.decode()
    assert "Boxed 1" in listed and "Grave" not in listed and "more than 1,000 headers" in listed
    no = reader.get(f"{page}/received/{encode('mail', grave.pk)}")
    assert no.status_code == 404 == reader.get(f"{page}/received/mail_nothing").status_code
    cleared = signed_in(member({"intake.manage"}, clearances=["child_safety"]))
    assert "Grave" in cleared.get(f"{page}/received").content.decode()
    aside = MailMessage.objects.get(state="quarantined")
    name = encode("mail", aside.pk)
    assert "a: b" in reader.get(f"{page}/received/{name}").content.decode()
    assert reader.post(f"{page}/received/{name}/step", {"do": "replay"}).status_code == 302
    assert working.work() == 1 and MailMessage.objects.get(pk=aside.pk).state == "quarantined"
    reader.post(f"{page}/received/{name}/step", {"do": "discard", "why": ""})
    assert MailMessage.objects.get(pk=aside.pk).raw is not None
    reader.post(f"{page}/received/{name}/step", {"do": "discard", "why": "nonsense"})
    aside.refresh_from_db()
    assert aside.state == "discarded" and aside.raw is None
    assert len(reader.get(f"{page}/received?format=csv&state=done").getvalue().splitlines()) >= 3
    assert "/v1/mail" in signed_in(member({"settings.manage"})).get("/settings/doors").content.decode()
    done = MailMessage.objects.filter(state="done").first()
    assert (
        done is not None and "Please look" in reader.get(f"{page}/received/{encode('mail', done.pk)}").content.decode()
    )

    # A case shows the mail its reporter wrote.
    from watchfloor.intake.drain import drain
    from watchfloor.review.models import Report

    while drain():
        pass
    case = Report.objects.filter(channel="email", case__clearance="").first()
    assert case is not None
    seen = signed_in(member({"case.view"})).get(f"/cases/{encode('case', case.case_id)}").content.decode()
    assert "Mails" in seen and "Sender not proved" in seen and "…@people.example" in seen
    assert "ann@people.example" not in seen.partition("Sender not proved")[2].partition("Note for colleagues")[0]
