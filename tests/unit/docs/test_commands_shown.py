"""Every ``watchfloor ...`` that the documentation shows is a command that exists, with options that exist."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner
from tests.unit.docs.conftest import ROOT, written

from watchfloor.cli.main import cli

_FENCE = re.compile(r"^[ ]*```(\w*)[^\n]*\n(.*?)^[ ]*```", re.MULTILINE | re.DOTALL)
_CALL = re.compile(r"(?:^|[\s(;&|$])(?:\S*bin/)?watchfloor +([^\n#|&;)]*)")
SHELL = {"", "sh", "console", "bash", "shell"}


def shown(text: str) -> Iterator[list[str]]:
    """The arguments of each call in the fenced shell blocks and in inline code that is a whole command line."""
    for language, body in _FENCE.findall(text):
        if language in SHELL:
            for line in body.replace("\\\n", " ").splitlines():
                yield from (_words(call) for call in _CALL.findall(line))
    for call in re.findall(r"`watchfloor ([^`\n]+)`", _FENCE.sub("", text)):
        yield _words(call)


def _words(call: str) -> list[str]:
    try:
        return shlex.split(call)
    except ValueError:  # a quotation that goes on beyond what was cut out
        return call.split()


def problem(arguments: list[str]) -> str:
    """What is wrong with a call, or nothing."""
    command: click.Command = cli
    path: list[str] = []
    rest = list(arguments)
    while rest:
        word = rest[0]
        if word in {"...", "…", "COMMAND"}:
            return ""
        if isinstance(command, click.Group) and not word.startswith("-"):
            alternatives = word.split("|")  # `ledger verify|rebuild`
            found = [command.get_command(click.Context(command), each) for each in alternatives]
            if not all(found):
                return f"no command {' '.join([*path, word])}"
            assert found[0] is not None
            command, path, rest = found[0], [*path, alternatives[0]], rest[1:]
            continue
        break
    result = CliRunner().invoke(cli, [*path, "--help"])
    if result.exit_code:
        return f"{' '.join(path)} --help ends with {result.exit_code}: {result.output}"
    known = {name for parameter in command.params for name in [*parameter.opts, *parameter.secondary_opts]} | {
        "--help",
        "-h",
    }
    unknown = [word for word in rest if word.startswith("--") and word.partition("=")[0] not in known]
    return f"{' '.join(path)} has no {', '.join(unknown)}" if unknown else ""


@pytest.mark.parametrize("page", written(), ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_page_shows_can_be_run(page) -> None:
    wrong = [problem(call) for call in shown(page.read_text(encoding="utf-8"))]
    assert [each for each in wrong if each] == []


def test_calls_are_found_at_all() -> None:
    calls = [call for page in written() for call in shown(page.read_text(encoding="utf-8"))]
    assert len(calls) > 40
    assert {call[0] for call in calls} >= {
        "init",
        "serve",
        "demo",
        "import",
        "export",
        "ledger",
        "token",
        "doctor",
        "rules",
        "insight",
    }


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("```sh\nwatchfloor serfe\n```", "no command serfe"),
        ("```console\n$ watchfloor ledger prov dec_1\n```", "no command ledger prov"),
        ("```sh\nexport T=$(watchfloor token add x --nam y)\n```", "token add has no --nam"),
        ("see `watchfloor ledger verify --jsn`", "ledger verify has no --jsn"),
    ],
)
def test_a_wrong_call_is_seen(text: str, says: str) -> None:
    assert [problem(call) for call in shown(text)] == [says]
