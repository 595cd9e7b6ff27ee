"""New keys for what is sealed: everything opens as before and under the new keys alone, whenever it is cut off in the middle."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from watchfloor.cybertip import locked
from watchfloor.cybertip.house import LABEL
from watchfloor.cybertip.models import Settings
from watchfloor.detection.exchanges import sealing as exchange_sealing
from watchfloor.identity.domain import system
from watchfloor.identity.signon import providers
from watchfloor.interop.history import keeping, mapping, pulling
from watchfloor.interop.mail import sealing as mail_sealing
from watchfloor.interop.mail.models import MailMessage
from watchfloor.interop.senders import actions as senders
from watchfloor.items.media import sealed, store
from watchfloor.items.media.models import Media
from watchfloor.kernel import clock
from watchfloor.kernel.errors import BadInput, Conflict
from watchfloor.kernel.ids import new_id
from watchfloor.ledger import rebuild, sequencer
from watchfloor.ledger.schema import LedgerEvent
from watchfloor.ledger.writer import writing
from watchfloor.platform import config, sealing
from watchfloor.programme.jira import sealing as jira_sealing
from watchfloor.programme.jira.models import Site
from watchfloor.training import records
from watchfloor.training.models_records import RecordStore
from watchfloor.upkeep import keys, sealed_rows

pytestmark = pytest.mark.django_db(transaction=True)
MAPPING = mapping.Mapping(fields={"case": "number", "opened_at": "opened_at"})
REMEMBERED: list[Any] = [
    store._master, locked._keys, exchange_sealing._keys, senders._keys, sealing.ring, jira_sealing._keys, records._seal
]  # fmt: skip


class Quiet:
    def begin(self, what: str, total: int) -> None: ...

    def step(self, by: int = 1) -> None: ...


class SealedMade(LedgerEvent, tag="test.sealed_made"):
    """Only for these tests."""


def forget() -> None:
    """As a process that starts now."""
    for each in REMEMBERED:
        each.cache_clear()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("WATCHFLOOR_HOME", str(tmp_path))
    forget()
    yield tmp_path
    forget()


def media(count: int) -> dict[Any, bytes]:
    """So many media, and their own keys."""
    plain = {new_id(): sealed.new_key() for _ in range(count)}
    for pk, key in plain.items():
        Media.objects.create(
            id=pk,
            state="ready",
            noted_at=clock.now(),
            key=sealed.wrap(store._master()[0], key, str(pk)),
            seal=b"0" * 16,
        )
    return plain


def credentials() -> None:
    """Something sealed under every key there is."""
    now = clock.now()
    with writing(system("test")) as w:
        providers.save_provider(
            w,
            key="corp",
            name="Corp",
            kind="oidc",
            issuer="https://id.example.org",
            client_id="wf",
            secret="oidc-secret",
        )
        senders.save(w, kind="salesforce", name="org", address="", secret="sender-secret")
        source = keeping.save_source(
            w, name="desk", kind="zendesk", mapping=MAPPING, secret=pulling.seal("desk-secret", "desk")
        )
        keeping.save_source(
            w, name="desk", kind="zendesk", mapping=MAPPING, hook=pulling.seal("hook", f"hook:{source.pk}")
        )
        made = w.create(
            Site, url="https://x.example.org", project="OPS", email="a@example.org", token=jira_sealing.seal("jira-token", "token"),
            secret=jira_sealing.seal("jira-hook", "secret"), changed_by="test", changed_at=now,
        )  # fmt: skip
        w.create(
            RecordStore, url="https://lrs.example.org", name=sealed.wrap(records._seal()[0], b"lrs", "records:name"),
            secret=sealed.wrap(records._seal()[0], b"lrs-secret", "records:secret"), changed_by="test", changed_at=now,
        )  # fmt: skip
        w.create(Settings, content=locked.seal(b"house", LABEL), changed_at=now, changed_by="test")
        w.event(SealedMade(), made)
    pk = new_id()
    MailMessage.objects.create(
        pk=pk, received_at=now, how="smtp", digest=b"d" * 32, bytes=3, raw=mail_sealing.seal(b"raw", f"raw:{pk}"),
        envelope=mail_sealing.seal(b'{"from":"a"}', f"envelope:{pk}"),
    )  # fmt: skip


def secrets() -> list[Any]:
    """What the program itself reads, as a process that starts now."""
    forget()
    mail, source = MailMessage.objects.get(), keeping.HistorySource.objects.get()
    return [
        providers.secret_of(providers.Provider.objects.get()), senders.opened(senders.Sender.objects.get()), pulling.opened(source),
        pulling.unsealed(source.hook, f"hook:{source.pk}"), jira_sealing.opened(Site.objects.get().token, "token"),
        jira_sealing.opened(Site.objects.get().secret, "secret"), records._opened(RecordStore.objects.get().secret, "secret"),
        records._opened(RecordStore.objects.get().name, "name"), locked.opened(Settings.objects.get().content, LABEL),
        mail_sealing.raw_of(mail), mail_sealing.envelope_of(mail), mail_sealing.reporter_id("a@example.org", proved=True),
    ]  # fmt: skip


def opened() -> dict[Any, bytes]:
    forget()
    return {
        row.pk: sealed.unwrap(store._master(), bytes(row.key), str(row.pk)) for row in Media.objects.exclude(key=None)
    }


def dying_at(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Whoever seals for the so-manieth time is killed."""
    wrap, wrapped = sealed.wrap, []

    def dying(*given: Any) -> bytes:
        wrapped.append(1)
        if len(wrapped) == number:
            monkeypatch.setattr(sealed, "wrap", wrap)
            raise KeyboardInterrupt
        return wrap(*given)

    monkeypatch.setattr(sealed, "wrap", dying)


def test_everything_opens_under_the_new_key_alone(home: Path) -> None:
    plain, old = media(7), config.secret("media.key")
    Media.objects.create(id=new_id(), state="gone", noted_at=clock.now(), seal=b"0" * 16)  # erased: it has no key
    assert keys.rotate(Quiet()) == [keys.Rotated("media.key", 7, went_on=False)]
    [new] = config.secrets_of("media.key")
    assert new != old and opened() == plain
    row = Media.objects.exclude(key=None)[0]
    with pytest.raises(sealed.Damaged):
        sealed.unwrap(sealed.installation_key(old), bytes(row.key), str(row.pk))
    assert (home / "keys" / "media.key").stat().st_mode & 0o077 == 0


def test_cut_off_in_the_middle_it_opens_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, old = media(7), config.secret("media.key")
    monkeypatch.setattr(keys, "AT_ONCE", 3)
    dying_at(monkeypatch, 5)
    with pytest.raises(KeyboardInterrupt):
        keys.rotate(Quiet())
    assert config.secrets_of("media.key")[1:] == (old,) and opened() == plain
    assert keys.rotate(Quiet()) == [keys.Rotated("media.key", 4, went_on=True)]
    assert len(config.secrets_of("media.key")) == 1 and opened() == plain
    assert [(key.name, key.rotating, key.seals) for key in keys.listed()] == [("media.key", False, True)]


def test_every_secret_that_is_sealed_and_the_ledger_agrees(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    media(2)
    credentials()
    before, files = secrets(), {each.file for each in sealed_rows.sealers()} - {"exchanges.key"}
    old = {name: config.secret(name) for name in files}
    assert {"oidc-secret", "sender-secret", "desk-secret", "hook", "jira-token", b"house", b"raw"} <= {
        each for each in before if not isinstance(each, dict)
    }
    for number in (2, 4, 6):
        dying_at(monkeypatch, number)
        with pytest.raises(KeyboardInterrupt):
            keys.rotate(Quiet())
        assert secrets() == before
    found = {each.name: each for each in keys.rotate(Quiet())}
    assert found.keys() == files and not any(each.shut for each in found.values())
    assert secrets() == before and not {config.secrets_of(name) for name in files} & {(line,) for line in old.values()}
    again = {each.name: each.wrapped for each in keys.rotate(Quiet(), ["jira.key"])}
    assert again == {"jira.key": 2} and secrets() == before
    sequencer.catch_up()
    assert [each for each in rebuild.check().differences if each.table != "items_media"] == []
    with pytest.raises(BadInput):
        keys.rotate(Quiet(), ["ledger.key"])

    assert sealed_rows.wrong() == []
    (home / "keys" / "jira.key").write_text(old["jira.key"])
    (home / "keys" / "signon.key").unlink()
    missing, other = sorted(sealed_rows.wrong(), key=len)
    assert "keys/signon.key is missing" in missing and "secrets of identity providers" in missing
    assert "keys/jira.key is not the one" in other and "2 of 2" in other
    assert not (home / "keys" / "signon.key").exists()  # asking makes none
    assert keys.rotate(Quiet(), ["jira.key"]) == [keys.Rotated("jira.key", 0, False, shut=2)]


def test_every_key_that_seals_is_in_the_list() -> None:
    """The inventory of keys names those that seal; ``tests/unit/docs`` holds it against the program."""
    text = (Path(__file__).parents[3] / "docs/explanation/security-decisions.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `") and "AES-256-GCM" in line]
    named = {name for line in rows for name in re.findall(r"`([\w.-]+\.key)`", line.split("|")[1])}
    assert named == {each.file for each in sealed_rows.sealers()} and len(named) >= 8


def test_a_floor_that_runs_is_not_touched() -> None:
    from watchfloor.intake.store import own_connection

    media(1)
    with own_connection(), pytest.raises(Conflict, match="connections"):
        keys.rotate(Quiet())
    assert len(config.secrets_of("media.key")) == 1
