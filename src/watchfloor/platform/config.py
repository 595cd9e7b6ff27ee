"""Settings from outside: environment variables and one data folder. Everything else follows from these.

``WATCHFLOOR_HOME`` is the data folder (database, lake, media, keys, logs); ``DATABASE_URL`` names a PostgreSQL of yours, else
the embedded one in the data folder is used. The whole list is documented in docs/reference/settings.md.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from watchfloor.kernel.errors import BadInput

KEEP_ALIVE = {
    "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 20_000, "connect_timeout": 10,
}  # fmt: skip


def home() -> Path:
    """The data folder; made when missing, readable by its owner only."""
    path = Path(os.environ.get("WATCHFLOOR_HOME", "watchfloor-data")).expanduser().resolve()
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def flag(name: str, default: bool = False) -> bool:
    """A yes/no environment variable."""
    value = os.environ.get(name, "").strip().lower()
    if value in {"", "auto"}:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise BadInput("bad_setting", f"{name}={value!r} is neither yes nor no.", where=name, hint="Use 1 or 0.")


def whole(name: str, default: int, least: int = 0) -> int:
    """A whole number from an environment variable."""
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    if not value.isascii() or not value.isdigit() or len(value) > 12 or int(value) < least:
        raise BadInput(
            "bad_setting", f"{name}={value[:40]!r} is not a whole number of at least {least}.", where=name,
            hint=f"Like {default}.",
        )  # fmt: skip
    return int(value)


def log_level(name: str) -> str:
    """From which level on lines are logged."""
    value = os.environ.get(name, "").strip().upper() or "WARNING"
    levels = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
    if value not in levels:
        raise BadInput(
            "bad_setting",
            f"{name}={value[:40]!r} is no level of logging.",
            where=name,
            hint=f"One of {', '.join(levels)}.",
        )
    return value


def an_hour(name: str) -> tuple[Decimal, str] | None:
    """What an hour costs, from an environment variable: ``31.50 EUR``; None where it is not set."""
    value = os.environ.get(name, "").strip()
    if not value:
        return None
    found = re.fullmatch(r"(\d{1,6}(?:\.\d{1,6})?) ?([A-Z]{3})", value)
    if found is None:
        raise BadInput("bad_setting", f"{name}={value!r} is no cost of an hour.", where=name, hint="Like 31.50 EUR.")
    return Decimal(found[1]), found[2]


def labeler_did(name: str) -> str:
    """The DID of a labeler that is registered elsewhere, from an environment variable; empty where it is not set."""
    value = os.environ.get(name, "").strip()
    if value and not re.fullmatch(r"did:plc:[a-z2-7]{24}", value):
        raise BadInput(
            "bad_setting", f"{name}={value[:80]!r} is no did:plc.", where=name,
            hint="It has 24 letters a to z or digits 2 to 7 after did:plc: . A did:web is made of WATCHFLOOR_URL.",
        )  # fmt: skip
    return value


def secret(name: str) -> str:
    """A secret kept in the data folder, made on first use (file mode 600)."""
    return secrets_of(name)[0]


def secrets_of(name: str, first: Callable[[], str] | None = None) -> tuple[str, ...]:
    """A secret and, while it is being replaced, those before it: the first line of its file seals, every line opens.

    ``first``: what to begin with where there is no file yet (default: a new random one).
    """
    folder = home() / "keys"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / name
    if path.exists():
        return tuple(path.read_text().split()) or ("",)
    value = first() if first is not None else secrets.token_urlsafe(48)
    # Whole before it has its name: another process may ask at the same moment.
    beside = folder / f".{name}.{secrets.token_hex(16)}"
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(value)
    try:
        os.link(beside, path)
    except FileExistsError:
        return tuple(path.read_text().split()) or ("",)
    finally:
        beside.unlink()
    return (value,)


def media_url(public_url: str) -> str:
    """The origin that media are shown from: ``WATCHFLOOR_MEDIA_URL``, else the console's host on the next port (8741 without a port)."""
    given = os.environ.get("WATCHFLOOR_MEDIA_URL", "").strip().rstrip("/")
    parts = urlsplit(given or public_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or (given and (parts.path or parts.query)):
        raise BadInput(
            "bad_setting", f"{given or public_url!r} is no origin.", where="WATCHFLOOR_MEDIA_URL" if given else "WATCHFLOOR_URL",
            hint="Like https://media.example.org, without a path.",
        )  # fmt: skip
    if given:
        if given == public_url.rstrip("/"):
            raise BadInput(
                "bad_setting", "Media must not share an origin with the console.", where="WATCHFLOOR_MEDIA_URL",
                hint="Another host name, or at least another port.",
            )  # fmt: skip
        return given
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}:{parts.port + 1 if parts.port else 8741}"


def database(url: str | None = None) -> dict[str, object]:
    """Django's database settings, from ``DATABASE_URL`` or the embedded server's place in the data folder.

    Several hosts, ``postgresql://user@one:5432,two:5432/name``, are a primary and its standbys in any order: libpq asks each, and
    only one that takes writes will do (``target_session_attrs=read-write`` unless the URL says otherwise), so that a promoted
    standby is found without a setting being changed. Nothing is read from a standby.

    Behind a pooler that cannot keep prepared statements, add ``prepare_threshold=off`` to the URL's query.

    Raises:
        BadInput: the URL is not a PostgreSQL one.
    """
    url = url if url is not None else os.environ.get("DATABASE_URL", "")
    settings: dict[str, object] = {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }
    if not url:
        from watchfloor.platform.postgres import Embedded

        url = Embedded(home()).dsn()
    form = "Use postgresql://user:password@host:5432/name, or unset it to use the embedded one."
    named = re.match(r"\w+://(?:[^/?#]*@)?([^/?#]*)", url)
    begin, end = named.span(1) if named else (0, 0)
    try:
        parts = urlsplit(url[:begin] + url[end:])  # several hosts are no address to the library: newer ones refuse them
    except ValueError:
        raise BadInput("bad_setting", "DATABASE_URL is no address.", where="DATABASE_URL", hint=form) from None
    if parts.scheme not in {"postgres", "postgresql"}:
        said = f"starts with {parts.scheme!r}, but only PostgreSQL is supported" if parts.scheme else "is no address"
        raise BadInput("bad_setting", f"DATABASE_URL {said}.", where="DATABASE_URL", hint=form)
    query = dict(parse_qsl(parts.query))
    # Django never prepares its own statements; those of ledger.rows are prepared.
    prepare = query.pop("prepare_threshold", "3")
    if prepare != "off" and not (prepare.isascii() and prepare.isdigit()):
        raise BadInput(
            "bad_setting", f"DATABASE_URL has prepare_threshold={prepare[:40]!r}, which is no number.", where="DATABASE_URL",
            hint="Use a number, or off.",
        )  # fmt: skip
    hosts, ports = _addresses(url[begin:end])
    host = query.pop("host", None) or hosts
    port = ports or query.pop("port", "")
    # A line that goes dead says nothing: without these a connection would wait for hours (the URL's own settings win).
    alive = {} if host.startswith("/") else {name: value for name, value in KEEP_ALIVE.items() if name not in query}
    if "," in host:
        query = {"target_session_attrs": "read-write", "connect_timeout": "3", **query}
    return settings | {
        "NAME": unquote(parts.path.lstrip("/")) or "watchfloor",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": port,
        "OPTIONS": {**alive, **query, "prepare_threshold": None if prepare == "off" else int(prepare)},
    }


def _addresses(text: str) -> tuple[str, str]:
    """``one:5432,[::1]:5433,three`` as libpq's two lists; no ports at all where none is said."""
    hosts, ports = [], []
    for each in text.split(","):
        found = re.fullmatch(r"(?:\[([^\]]*)\]|([^:\[\]]*))(?::(\d*))?", each)
        if found is None:
            raise BadInput(
                "bad_setting", "DATABASE_URL names a host that cannot be read.", where="DATABASE_URL",
                hint="Use postgresql://user:password@host:5432/name, several hosts with commas: one:5432,two:5432.",
            )  # fmt: skip
        hosts.append(unquote(found[1] or found[2] or ""))
        ports.append(found[3] or "")
    return ",".join(hosts), (",".join(port or "5432" for port in ports) if len(ports) > 1 else ports[0])
