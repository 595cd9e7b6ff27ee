"""A new key for the media store: everything opens as before and under the new key alone, whenever it is cut off in the middle."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from watchfloor.items.media import sealed, store
from watchfloor.items.media.models import Media
from watchfloor.kernel import clock
from watchfloor.kernel.errors import Conflict
from watchfloor.kernel.ids import new_id
from watchfloor.platform import config
from watchfloor.upkeep import keys

pytestmark = pytest.mark.django_db(transaction=True)


class Quiet:
    def begin(self, what: str, total: int) -> None: ...

    def step(self, by: int = 1) -> None: ...


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("WATCHFLOOR_HOME", str(tmp_path))
    store._master.cache_clear()
    yield tmp_path
    store._master.cache_clear()


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


def opened() -> dict[Any, bytes]:
    """As a process that starts now reads them."""
    store._master.cache_clear()
    return {
        row.pk: sealed.unwrap(store._master(), bytes(row.key), str(row.pk)) for row in Media.objects.exclude(key=None)
    }


def test_everything_opens_under_the_new_key_alone(home: Path) -> None:
    plain, old = media(7), config.secret("media.key")
    Media.objects.create(id=new_id(), state="gone", noted_at=clock.now(), seal=b"0" * 16)  # erased: it has no key
    assert keys.rotate(Quiet()) == keys.Rotated("media.key", 7, went_on=False)
    [new] = config.secrets_of("media.key")
    assert new != old and opened() == plain
    row = Media.objects.exclude(key=None)[0]
    with pytest.raises(sealed.Damaged):
        sealed.unwrap(sealed.installation_key(old), bytes(row.key), str(row.pk))
    assert (home / "keys" / "media.key").stat().st_mode & 0o077 == 0


def test_cut_off_in_the_middle_it_opens_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, old = media(7), config.secret("media.key")
    monkeypatch.setattr(keys, "AT_ONCE", 3)
    wrap, wrapped = sealed.wrap, []

    def dying(*given: Any) -> bytes:
        wrapped.append(1)
        if len(wrapped) == 5:
            raise KeyboardInterrupt
        return wrap(*given)

    monkeypatch.setattr(sealed, "wrap", dying)
    with pytest.raises(KeyboardInterrupt):
        keys.rotate(Quiet())
    monkeypatch.setattr(sealed, "wrap", wrap)
    assert config.secrets_of("media.key")[1:] == (old,) and opened() == plain
    assert keys.rotate(Quiet()) == keys.Rotated("media.key", 4, went_on=True)
    assert len(config.secrets_of("media.key")) == 1 and opened() == plain
    assert [(key.name, key.rotating) for key in keys.listed()] == [("media.key", False)]


def test_a_floor_that_runs_is_not_touched() -> None:
    from watchfloor.intake.store import own_connection

    media(1)
    with own_connection(), pytest.raises(Conflict, match="connections"):
        keys.rotate(Quiet())
    assert len(config.secrets_of("media.key")) == 1
