"""What the program's own text may not contain, whoever writes it next: each rule names the few places that are known, and why."""

# ruff: noqa: E501 - tables of texts
from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.core.mail import EmailMessage
from django.core.mail.message import BadHeaderError

SOURCE = Path(__file__).parents[3] / "src/watchfloor"
OURS = ("demo",)  # the demo's small platform speaks to loopback only

# Who calls out, and what looks at the address first. docs/explanation/security-decisions.md says by whose will.
CALLERS = {
    "items/media/fetch.py": "egress",
    "detection/streams/reading/rtmp_source.py": "egress",
    "enforcement/line.py": "targets",
    "oncall/pagers/posting.py": "targets",
    "training/record_client.py": "targets",
    "transparency/database.py": "targets",
    "programme/jira/client.py": "targets",
    "interop/history/calling.py": "targets",
    "interop/history/zendesk.py": "targets",
    "detection/modelling/asked_client.py": "targets",
    "cybertip/client.py": "targets",
    "detection/counting_redis.py": "operator",
    "detection/stream/jetstream.py": "operator",
    "detection/stream/kafka.py": "operator",
    "interop/osprey/beside.py": "operator",
    "identity/signon/oidc.py": "operator",
    "cli/doctor_states.py": "operator",
    "console/keeper.py": "operator",
}
SPEAKS = {
    "httpx", "requests", "urllib3", "aiohttp", "http.client", "urllib.request", "smtplib", "imaplib", "poplib", "ftplib", "telnetlib", "xmlrpc",
    "xmlrpc.client", "paramiko", "nats", "redis", "confluent_kafka", "websockets", "grpc",
}  # fmt: skip
CONNECTS = re.compile(
    r"\.(open_connection|create_connection|create_datagram_endpoint|sock_connect)\(|socket\.socket\(socket\.AF_INET"
)


@cache
def files() -> dict[str, tuple[str, ast.Module]]:
    """Every module of the program: path, text, tree."""
    return {
        path.relative_to(SOURCE).as_posix(): (text := path.read_text(encoding="utf-8"), ast.parse(text))
        for path in sorted(SOURCE.rglob("*.py"))
        if "migrations" not in path.parts and path.relative_to(SOURCE).parts[0] not in OURS
    }


def imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


@cache
def calls(tree: ast.Module) -> list[tuple[str, ast.Call]]:
    return [(_dotted(node.func), node) for node in ast.walk(tree) if isinstance(node, ast.Call)]


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def test_outgoing_calls_are_known_and_looked_at() -> None:
    found = {name for name, (text, tree) in files().items() if SPEAKS & set(imports(tree)) or CONNECTS.search(text)}
    assert found == set(CALLERS), "who calls out is listed here and in docs/explanation/security-decisions.md"
    for name, how in CALLERS.items():
        text = files()[name][0]
        if how == "targets" and "targets." not in text:
            assert "Caller(" in text or "Target" in text, name  # by a caller, or given a checked place
        if how == "egress":
            assert "egress." in text or "place_of" in text or "Place" in text, name
        assert "follow_redirects=True" not in text, name
        for called, call in calls(files()[name][1]):
            if called in ("httpx.Client", "httpx.AsyncClient"):
                given = {word.arg: ast.unparse(word.value) for word in call.keywords}
                assert given.get("trust_env") == "False" and given.get("follow_redirects", "False") == "False", (
                    name,
                    given,
                )


def test_certificates_are_always_checked() -> None:
    for name, (text, _tree) in files().items():
        for bad in (
            "verify=False",
            "CERT_NONE",
            "check_hostname = False",
            "check_hostname=False",
            "_create_unverified",
        ):
            assert bad not in text, (name, bad)


def test_no_code_is_made_of_text() -> None:
    made = {
        (name, called)
        for name, (_text, tree) in files().items()
        for called, _call in calls(tree)
        if called in ("eval", "exec", "compile", "__import__", "builtins.eval", "builtins.exec", "jinja2.Template")
        or called.endswith("env.from_string")
    }
    assert made == {
        ("engines/sml/rows.py", "exec"),
        ("engines/sml/rows.py", "compile"),
    }  # from the checked tree, no author's text in it


def test_no_program_is_started_through_a_shell() -> None:
    for name, (text, tree) in files().items():
        assert not re.search(r"\bos\.(system|popen|spawn\w*)\(|\bcommands\.getoutput|\bpty\.spawn", text), name
        for called, call in calls(tree):
            if called.startswith("subprocess."):
                given = {word.arg: word.value for word in call.keywords}
                assert "shell" not in given, name
                first = call.args[0] if call.args else given.get("args")
                assert not isinstance(first, (ast.Constant, ast.JoinedStr)), name


def test_nothing_is_unpickled_and_no_yaml_makes_objects() -> None:
    readers = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "jsonpickle", "yaml"}
    found = {name for name, (_text, tree) in files().items() if readers & set(imports(tree))}
    assert found == {"engines/sml/distributed.py"}  # between processes of one run, never from outside


def test_xml_is_read_in_few_places_without_document_types() -> None:
    parsing = re.compile(r"\b(fromstring|iterparse|XMLParser|ParserCreate|minidom|sax)\b|\bET\.parse\(")
    found = {
        name for name, (text, _tree) in files().items() if re.search(r"\bxml\.|lxml", text) and parsing.search(text)
    }
    assert found <= {
        "training/domain/xmltree.py", "cybertip/domain/xml.py", "training/products/deck.py", "interop/servicecloud/messages.py",
        "identity/signon/saml.py",
    }  # fmt: skip
    for name in found - {"training/products/deck.py"}:  # which reads what it wrote itself
        assert re.search(r"doctype|document type", files()[name][0], re.IGNORECASE), name


def test_weak_hashes_are_marked_as_no_protection() -> None:
    for name, (_text, tree) in files().items():
        for called, call in calls(tree):
            if called in ("hashlib.md5", "hashlib.sha1", "hashlib.new"):
                given = {word.arg: ast.unparse(word.value) for word in call.keywords}
                assert given.get("usedforsecurity") == "False", name


def test_what_is_not_to_be_guessed_comes_from_the_system() -> None:
    chance = {name for name, (_text, tree) in files().items() if {"random", "numpy.random"} & set(imports(tree))}
    allowed = (
        "engines/",
        "cli/text.py",
        "cli/accounts.py",
        "programme/improvements/domain/amounts.py",
        "detection/exchanges/hma/matching.py",
    )
    assert all(name.startswith(allowed) for name in chance), chance  # figures that can be repeated, no secrets
    for name, (_text, tree) in files().items():
        for called, call in calls(tree):
            if (
                name != "detection/stream/jetstream.py"
                and called in ("secrets.token_urlsafe", "secrets.token_bytes", "secrets.token_hex")
                and call.args
            ):
                size = call.args[0]
                if isinstance(size, ast.Constant):
                    assert int(size.value) >= 8, name  # seeds of draws; what opens something has 16 and more
                    if name.startswith(("identity/", "platform/", "oncall/", "interop/")):
                        assert int(size.value) >= 16, (name, size.value)


def test_ciphers_are_authenticated_ones() -> None:
    for name, (text, _tree) in files().items():
        # The one reads what others wrote by RFC 8216; the other signs and verifies as the Fediverse does (RSASSA-PKCS1-v1_5).
        if name.startswith("detection/streams/reading/") or name == "interop/activitypub/signatures.py":
            continue
        assert not re.search(
            r"ciphers\.(modes|algorithms)|\bECB\b|\bCBC\b|PKCS1v15|Fernet|TripleDES|\bRC4\b|Crypto\.Cipher", text
        ), name
        if "primitives.ciphers" in text:
            assert "ciphers.aead import AESGCM" in text, name


@pytest.mark.parametrize(
    "pattern",
    [
        r"\|\s*safe\b",
        r"autoescape\s+false",
        r"(?<!-)\bon(click|load|error|submit|change|input|focus)\s*=",
        r"javascript:",
    ],
)
def test_templates_switch_nothing_off(pattern: str) -> None:
    for path in SOURCE.rglob("*.html"):
        if (
            path.relative_to(SOURCE).as_posix() != "identity/jinja2/identity/fields.html"
        ):  # the library's own words beside its fields
            assert not re.search(pattern, path.read_text(encoding="utf-8")), path


def test_scripts_speak_to_nobody_else() -> None:
    folder = SOURCE.parents[1] / "frontend/src"
    for path in folder.rglob("*.ts"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(
            r"\beval\(|new Function|document\.write|postMessage|new WebSocket|https?://(?!www\.w3\.org)", text
        ), path


def test_a_line_end_in_a_header_of_a_letter_is_refused() -> None:
    for field in ("subject", "from_email", "to"):
        given = {"subject": "s", "body": "b", "from_email": "a@example.org", "to": ["b@example.org"]}
        given[field] = ["b@example.org\nBcc: c@example.org"] if field == "to" else "x\r\nBcc: c@example.org"
        with pytest.raises(BadHeaderError):
            EmailMessage(**given).message()
