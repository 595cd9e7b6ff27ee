"""``watchfloor mail read`` brings mails in from a pipe, a file, an mbox or a Maildir; ``watchfloor run mail`` listens for them."""

from __future__ import annotations

import asyncio
import mailbox
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import click

from watchfloor.cli.output import emit, json_option
from watchfloor.console import prepare
from watchfloor.kernel.errors import BadInput, Overloaded, WatchfloorError

TEMPFAIL = 75  # what a mail server takes for "try again" (EX_TEMPFAIL)
PORT = 2525


@click.group()
def mail() -> None:
    """Mail that complains: bring it in."""


@mail.command()
@click.argument("file")
@click.option("--to", "recipients", multiple=True, help="The address it was sent to. Default: its own To and Cc.")
@click.option("--from", "sender", default=None, help="The envelope's sender; empty for the null sender.")
@json_option
def read(file: str, recipients: tuple[str, ...], sender: str | None, as_json: bool) -> None:
    """Bring in FILE: one mail, an mbox, a Maildir, or - for standard input (a pipe of a mail server).

    Durable when it returns. Exit code 75 where it should be tried again, so that a mail server keeps the mail.
    """
    prepare.django()
    from watchfloor.interop.mail import keeping
    from watchfloor.interop.mail.views import recipients_of

    kept, again, refused = [], 0, []
    for place, raw in mails(file):
        try:
            to = list(recipients) or recipients_of(raw)
            row = keeping.keep(raw, recipients=to, sender=sender, peer="command", how="command", relayed=True)
        except Overloaded as problem:
            again += 1
            refused.append({"place": place, **problem.as_dict()})
        except WatchfloorError as problem:
            refused.append({"place": place, **problem.as_dict()})
        else:
            kept.append({"place": place, "id": row.text, "duplicate": row.duplicate})
    lines = [f"{each['place']}: {each['id']}{' (had it)' if each['duplicate'] else ''}" for each in kept]
    lines += [f"{each['place']}: {each['message']}" for each in refused]
    emit({"kept": kept, "refused": refused}, as_json=as_json, text="\n".join(lines) or "No mails.")
    if again:
        sys.exit(TEMPFAIL)
    if refused:
        sys.exit(1)


def mails(file: str) -> Iterator[tuple[str, bytes]]:
    """The mails of a file, folder or standard input, each with its place."""
    from watchfloor.interop.mail.domain.parsing import MOST_BYTES

    if file == "-":
        yield "-", sys.stdin.buffer.read(MOST_BYTES + 1)
        return
    path = Path(file)
    if not path.exists():
        raise BadInput("no_file", f"There is no file {file!r}.", where="FILE")
    if path.is_dir():
        if not (path / "cur").is_dir():
            raise BadInput(
                "no_maildir", "This folder is no Maildir.", where="FILE", hint="It has the folders cur, new and tmp."
            )
        folder = mailbox.Maildir(path, create=False)
        for name in folder.keys():  # noqa: SIM118  a mailbox is no dict
            yield name, folder.get_bytes(name)
        return
    with path.open("rb") as given:
        is_mbox = given.read(5) == b"From "
    if not is_mbox:
        with path.open("rb") as given:
            yield path.name, given.read(MOST_BYTES + 1)
        return
    box = mailbox.mbox(path, create=False)
    for name in box.iterkeys():
        yield f"{path.name}[{name}]", box.get_bytes(name)


@click.command("mail")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=PORT, show_default=True, help="0: any free one, which is told.")
@click.option("--certificate", default="", help="A certificate chain (PEM): STARTTLS is offered.")
@click.option("--key", default="", help="Its key, where it is not in the same file.")
@click.option("--require-tls", is_flag=True, help="Take nothing without STARTTLS.")
@click.option("--hostname", default="", help="What the door calls itself.")
@click.option("--connections", default=20, show_default=True, help="Open at once; each may hold a mail in memory.")
@click.option("--per-peer", default=5, show_default=True, help="Of one host.")
@click.option("--per-minute", default=60, show_default=True, help="Mails of one host.")
def role(
    host: str,
    port: int,
    certificate: str,
    key: str,
    require_tls: bool,
    hostname: str,
    connections: int,
    per_peer: int,
    per_minute: int,
) -> None:
    """The mail role: takes complaints by SMTP for the addresses under Settings, Mail."""
    os.environ["WATCHFLOOR_ROLE"] = "mail"
    if not 0 <= port < 65536:
        raise BadInput("bad_port", f"{port} is not a port number.", where="--port", hint="Use 1 to 65535.")
    if require_tls and not certificate:
        raise BadInput("missing_option", "Requiring TLS needs a certificate.", where="--certificate")
    prepare.django()
    from watchfloor.interop.mail import smtp

    smtp.library()
    tls = smtp.context(certificate, key) if certificate else None
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    limits = smtp.Limits(connections, per_peer, per_minute)
    asyncio.run(
        smtp.serve(
            host, port, limits=limits, tls=tls, require_tls=require_tls, hostname=hostname, stop=stop,
            ready=lambda real: click.echo(f"Mail is taken at {host}:{real}."),
        )
    )  # fmt: skip
