"""Mails for tests, made by the standard library; and the door for mail on a real socket."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.mime.base import MIMEBase
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path
from typing import Any


def letter(sender: str = "Ann <ann@people.example>", *, subject: str = "A complaint", text: str = "Please look.",
           to: str = "abuse@chirp.example",
           top: str = "", **headers: str) -> bytes:  # fmt: skip
    """A plain mail; ``top`` stands above everything, as our own server writes it. ``in_reply_to`` becomes ``In-Reply-To``."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, to, subject
    headers.setdefault("message_id", f"<{abs(hash((sender, subject, text)))}@people.example>")
    for name, value in headers.items():
        made[name.replace("_", "-").title()] = value
    made.set_content(text)
    return top.encode() + made.as_bytes()


def feedback(kind: str = "abuse", original: bytes = b"", *, part: str = "message/rfc822", **fields: str) -> bytes:
    """A report of a feedback loop (RFC 5965)."""
    outer = MIMEMultipart("report", report_type="feedback-report")
    outer["From"], outer["To"], outer["Subject"] = "loop@isp.example", "abuse@chirp.example", "FW: a mail"
    outer["Message-ID"] = f"<{kind}-{len(original)}@isp.example>"
    outer.attach(MIMEText("This is an e-mail abuse report."))
    lines = {
        "Feedback-Type": kind,
        "User-Agent": "Loop/1.0",
        "Version": "1",
        **{k.replace("_", "-").title(): v for k, v in fields.items()},
    }
    report = MIMEBase("message", "feedback-report")
    report.set_payload("".join(f"{name}: {value}\n" for name, value in lines.items()))
    outer.attach(report)
    if original and part == "message/rfc822":
        from email import message_from_bytes

        outer.attach(MIMEMessage(message_from_bytes(original)))
    elif original:
        heads = MIMEBase("text", "rfc822-headers")
        heads.set_payload(original.partition(b"\n\n")[0].decode())
        outer.attach(heads)
    return outer.as_bytes()


def certificate(folder: Path) -> ssl.SSLContext:
    """TLS for localhost, by a certificate made now."""
    import datetime

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    from watchfloor.interop.mail.smtp import context

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
        .not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1)).sign(key, hashes.SHA256())
    )  # fmt: skip
    file = folder / "tls.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return context(str(file), "")


@contextmanager
def served(**options: Any) -> Iterator[int]:
    """The door on a real socket; its port."""
    from watchfloor.interop.mail import smtp

    stop, ready = threading.Event(), threading.Event()
    port: list[int] = []

    def heard(real: int) -> None:
        port.append(real)
        ready.set()

    options.setdefault("limits", smtp.Limits())
    thread = threading.Thread(
        target=lambda: asyncio.run(smtp.serve("127.0.0.1", 0, ready=heard, stop=stop, **options)), daemon=True
    )
    thread.start()
    assert ready.wait(10)
    try:
        yield port[0]
    finally:
        stop.set()
        thread.join(10)
