"""The door for mail on a real socket, with the standard library's client: complaints become cases, answers go back, replies join."""

from __future__ import annotations

import base64
import json
import smtplib
import ssl
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.django_db

OURS = "Authentication-Results: mx.chirp.example; dkim=pass header.d=flagger.example; dmarc=pass header.from=flagger.example\n"
FORGED = "Received: from outside\n" + OURS
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def chirp(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> str:
    """A floor with an address, a trusted flagger and a pattern; the secret of a token."""
    from tests.support.doors import door

    from watchfloor.interop.mail import addresses
    from watchfloor.ledger.writer import writing

    monkeypatch.setenv("WATCHFLOOR_MAIL_AUTHSERV", "mx.chirp.example")
    secret = door({"report.submit"}, source="mail-test")
    with writing("system:test") as w:
        addresses.save_address(w, address="Abuse@chirp.example", reason="other", market="DE", language="en")
        addresses.save_sender(w, who="notices@flagger.example", name="Flagger", reporter_kind="trusted_flagger")
        addresses.save_pattern(w, pattern="https://*.chirp.example/posts/{id}", type_key="post")
    addresses.in_force.forget()
    return secret


def worked() -> None:
    from watchfloor.intake.drain import drain
    from watchfloor.interop.mail import working

    while working.work():
        pass
    while drain():
        pass


def of(subject: str) -> Any:
    """The mail with this subject."""
    from watchfloor.interop.mail import sealing
    from watchfloor.interop.mail.models import MailMessage

    return next(row for row in MailMessage.objects.all() if sealing.shown_of(row).get("subject") == subject)


def reports_of(row: Any) -> list[Any]:
    from watchfloor.interop.mail.models import MailReceipt
    from watchfloor.review.models import Report

    ids = MailReceipt.objects.filter(message=row).values("report")
    return list(Report.objects.filter(pk__in=ids).select_related("case", "item"))


def test_mail_by_smtp_becomes_cases_and_is_answered(chirp: str, tmp_path: Path, settings: Any) -> None:
    from django.core import mail
    from tests.support.mails import certificate, feedback, letter, served

    from watchfloor.interop.mail import letters, smtp
    from watchfloor.interop.mail.models import MailLetter, MailMessage
    from watchfloor.items.models import ItemVersion
    from watchfloor.ledger.writer import writing
    from watchfloor.review.models import Note, Report

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    with served(tls=certificate(tmp_path), require_tls=True, limits=smtp.Limits(per_peer=2)) as port:
        client = smtplib.SMTP("127.0.0.1", port, timeout=20)
        assert client.ehlo()[0] == 250 and client.mail("a@b.example")[0] == 530  # nothing without TLS
        trust = ssl.create_default_context()
        trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
        assert client.starttls(context=trust)[0] == 220

        def send(raw: bytes, sender: str = "ann@people.example", to: str = "abuse@chirp.example") -> tuple[int, bytes]:
            client.ehlo_or_helo_if_needed()
            client.rset()
            assert client.mail(sender)[0] == 250
            code, words = client.rcpt(to)
            return client.data(raw) if code == 250 else (code, words)

        code, words = send(letter(subject="Spam on posts", text="See hxxps://www.chirp[.]example/posts/77?x=1, twice"))
        assert code == 250 and b"Kept as mail_" in words
        assert MailMessage.objects.get().state == "waiting" and b"posts/77" not in bytes(MailMessage.objects.get().raw)
        assert send(letter(subject="Spam on posts", text="See hxxps://www.chirp[.]example/posts/77?x=1, twice")) == (
            code,
            words,
        )
        assert send(b"x", to="nobody@chirp.example") == (550, b"5.1.1 Nobody takes mail at this address.")
        assert send(b"Subject: big\r\n\r\n" + b"x" * 70 + b"\r\n" + (b"y" * 70 + b"\r\n") * 120_000)[0] == 552
        assert send(letter("Flo <notices@flagger.example>", subject="Proved", top=OURS))[0] == 250
        assert send(letter("Flo <notices@flagger.example>", subject="Forged", top=FORGED))[0] == 250
        spam = letter(
            "Win <win@shop.example>", subject="You won", text="Buy http://shop.example/x", to="redacted@isp.example"
        )
        assert (
            send(feedback("abuse", spam, source_ip="192.0.2.9", original_rcpt_to="redacted@isp.example"), sender="")[0]
            == 250
        )
        assert send(feedback("fraud", spam, part="text/rfc822-headers"), sender="")[0] == 250
        page = EmailMessage()
        page["From"], page["To"], page["Subject"] = "bo@people.example", "abuse@chirp.example", "Only a page"
        page.set_content("<script>evil()</script><p>Bad <a href='https://x.example/a'>thing</a>", subtype="html")
        page.add_attachment(PNG, maintype="application", subtype="octet-stream", filename="\u202egnp.exe")
        page.add_attachment(b"PK\x03\x04zip", maintype="application", subtype="zip", filename="a.zip")
        assert send(page.as_bytes())[0] == 250
        nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(300))
        assert send(b"Subject: deep\r\n" + nested)[0] == 250  # nobody can read it, and it is kept
        client.quit()
        others = [smtplib.SMTP("127.0.0.1", port, timeout=20) for _ in range(3)]
        assert len(others) == 3  # our own host is a relay: it has no limit of its own
        for other in others:
            other.quit()
    worked()

    row = of("Spam on posts")
    [report] = reports_of(row)
    assert (report.item.type_key, report.item.external_id, report.channel, report.market) == (
        "post",
        "77",
        "email",
        "DE",
    )
    assert (
        report.reporter_kind == "user" and report.reporter.startswith("mail-unproved:") and "ann" not in report.reporter
    )
    proved, forged = of("Proved"), of("Forged")
    assert [reports_of(each)[0].reporter_kind for each in (proved, forged)] == ["trusted_flagger", "user"]
    assert (proved.proof, forged.proof) == ("proved", "unknown")
    assert reports_of(proved)[0].reporter != reports_of(forged)[0].reporter
    assert reports_of(proved)[0].item.type_key == "mail"
    arf = MailMessage.objects.filter(kind="arf").order_by("received_at")
    first, second = (reports_of(each)[0] for each in arf)
    assert first.item == second.item and first.case.policy_key == "spam" and second.case.policy_key == "scam"
    data = ItemVersion.objects.get(hash=first.item_version).data
    assert (
        data["text"].startswith("Buy")
        and data["feedback"]["source-ip"] == ["192.0.2.9"]
        and data["subject"] == "You won"
    )
    shown = ItemVersion.objects.get(hash=reports_of(of("Only a page"))[0].item_version).data
    assert shown["text"] == "Bad thing <https://x.example/a>"
    assert len(shown["images"]) == 1 and [each["content_type"] for each in shown["attachments"]][1] == "application/zip"
    deep = MailMessage.objects.get(state="quarantined")
    assert "nests far too deeply" in deep.error

    # Answers: the receipt to people, nothing to machines; a reply to it joins the case.
    while letters.send_due():
        pass
    answered = {each.to[0]: each for each in mail.outbox}
    assert set(answered) == {"ann@people.example", "notices@flagger.example", "bo@people.example"}
    assert set(MailLetter.objects.values_list("state", flat=True)) == {"sent", "silent"}
    answer = answered["ann@people.example"]
    sent = message_from_bytes(answer.message().as_bytes())
    assert sent["Auto-Submitted"] == "auto-replied" and "rpt_" in answer.body and sent["In-Reply-To"]
    from django.test import Client

    def post(raw: bytes, query: str = "") -> Any:
        return Client().post(
            f"/v1/mail{query}", raw, content_type="message/rfc822", headers={"Authorization": f"Bearer {chirp}"}
        )

    before = Report.objects.count()
    back = letter(
        "Someone <else@people.example>", subject="Re: it", text="More of it\n> quoted", to=str(sent["Reply-To"])
    )
    kept = post(back)
    assert kept.status_code == 202, kept.content
    again = letter(
        "Ann <ann@people.example>", subject="And again", text="By thread", in_reply_to=str(sent["In-Reply-To"])
    )
    stranger = letter(
        "Eve <eve@people.example>", subject="Not mine", text="By thread", in_reply_to=str(sent["In-Reply-To"])
    )
    assert [post(raw).status_code for raw in (again, stranger, feedback("not-spam", spam))] == [202] * 3
    worked()
    notes = [each.text for each in Note.objects.filter(case=report.case).order_by("at")]
    assert len(notes) == 2 and "More of it" in notes[0] and "quoted" not in notes[0] and "not proved" in notes[0]
    assert MailMessage.objects.get(kind="not_spam").case_id in {first.case_id, second.case_id}
    assert Report.objects.count() == before + 1  # a stranger's answer to somebody else's mail is a complaint of its own
    assert post(b"", "?to=abuse@chirp.example").status_code == 422
    assert post(back, "?to=nobody@chirp.example").status_code == 422
    assert post(b"x" * 9_000_000, "?to=abuse@chirp.example").status_code == 413
    assert Client().post("/v1/mail", back, content_type="message/rfc822").status_code == 401

    # XARF as an attachment: its own word on who reports counts only where the mail is proved to be theirs.
    document = {
        "xarf_version": "4.2.0", "report_id": "9ac39cd1-85f3-4c31-ae87-a0a95f3ebc83", "timestamp": "2025-01-11T09:21:23Z",
        "reporter": {"org": "F", "contact": "a@flagger.example", "domain": "flagger.example"},
        "sender": {"org": "F", "contact": "a@flagger.example", "domain": "flagger.example"}, "source_identifier": "192.0.2.1",
        "category": "vulnerability", "type": "open_service", "service": "rdp",
    }  # fmt: skip
    for number, top in enumerate((OURS, FORGED)):
        made = EmailMessage()
        made["From"], made["To"], made["Subject"] = "bot@flagger.example", "abuse@chirp.example", f"XARF {number}"
        made.set_content("See the attachment.")
        one = {**document, "report_id": document["report_id"][:-1] + str(number)}
        made.add_attachment(json.dumps(one).encode(), maintype="application", subtype="json", filename="xarf.json")
        assert post(top.encode() + made.as_bytes()).status_code == 202
    worked()
    assert reports_of(of("XARF 0"))[0].reporter == "flagger.example"
    assert reports_of(of("XARF 1"))[0].reporter.startswith("mail-unproved:")
    assert reports_of(of("XARF 0"))[0].item.type_key == "ip_address"

    def xarf(body: object) -> Any:
        headers = {"Authorization": f"Bearer {chirp}"}
        return Client().post("/v1/xarf", json.dumps(body), content_type="application/json", headers=headers)

    good = xarf({**document, "report_id": "9ac39cd1-85f3-4c31-ae87-a0a95f3ebc99"})
    assert good.status_code == 202 and good.json()["item"] == {"type": "ip_address", "id": "192.0.2.1"}
    both = xarf([{**document, "service": ""}, {**document, "report_id": "9ac39cd1-85f3-4c31-ae87-a0a95f3ebc98"}]).json()
    assert both["accepted"] == 1 and both["results"][0]["error"]["where"] == "reports[0].service"
    assert xarf({**document, "service": ""}).status_code == 422

    # An erased person's mails are emptied; that there was one stays.
    import msgspec

    from watchfloor.interop.mail.erasing import erase
    from watchfloor.interop.mail.sealing import shown_of
    from watchfloor.law.erasing.who import Person

    nobody = {name: [] for name in Person.__struct_fields__} | {"account": report.item.pk, "type_key": "post"}
    gone = msgspec.convert({**nobody, "external": report.reporter, "reports": [report.pk]}, Person)
    with writing("system:test") as w:
        assert erase(w, gone)["interop_mail_message"] == 2
    emptied = MailMessage.objects.get(pk=row.pk)
    assert emptied.raw is None and shown_of(emptied) == {}


def test_the_door_bears_so_much_and_no_more(chirp: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.support.mails import letter, served

    from watchfloor.interop.mail import keeping, smtp, working
    from watchfloor.interop.mail.models import MailMessage

    monkeypatch.setenv("WATCHFLOOR_MAIL_RELAYS", "10.0.0.0/8")
    flagger = letter("Flo <notices@flagger.example>", subject="Outside", top=OURS)
    with served(limits=smtp.Limits(connections=3, per_peer=2, per_minute=2)) as port:

        def connected() -> smtplib.SMTP:
            return smtplib.SMTP("127.0.0.1", port, timeout=20)

        first, second = connected(), connected()
        with pytest.raises(smtplib.SMTPConnectError) as refused:
            connected()
        assert refused.value.smtp_code == 421
        second.quit()
        connected().quit()  # a place is free again
        assert first.sendmail("notices@flagger.example", ["abuse@chirp.example"], flagger) == {}
        monkeypatch.setenv("WATCHFLOOR_MAIL_QUEUE", "1")
        keeping.waiting.forget()
        with served() as other, smtplib.SMTP("127.0.0.1", other, timeout=20) as full:
            with pytest.raises(smtplib.SMTPDataError) as later:
                full.sendmail("a@b.example", ["abuse@chirp.example"], letter(subject="Full"))
            assert later.value.smtp_code == 451
        monkeypatch.delenv("WATCHFLOOR_MAIL_QUEUE")
        keeping.waiting.forget()
        assert first.sendmail("a@b.example", ["abuse@chirp.example"], letter(subject="Two")) == {}
        with pytest.raises(smtplib.SMTPDataError) as many:
            first.sendmail("a@b.example", ["abuse@chirp.example"], letter(subject="Three"))
        assert many.value.smtp_code == 451 and b"too many" in many.value.smtp_error
        first.close()
    while working.work():
        pass
    assert MailMessage.objects.count() == 2
    outside = of("Outside")  # it says that it passed, and nobody of ours says so
    assert (outside.proof, outside.reporter_kind) == ("unknown", "user")
