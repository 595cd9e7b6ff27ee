"""What ``deploy/`` starts exists, what it sets is read, and its files are what Compose, Helm, Kubernetes and systemd take.

Helm's own engine and the schemas are big, so they are in the group ``deploy`` (pip install --group deploy); without it their tests skip.
"""

from __future__ import annotations

import importlib.util
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from watchfloor.cli.main import cli

ROOT = Path(__file__).resolve().parents[3]
DEPLOY = ROOT / "deploy"
CHART = DEPLOY / "helm/watchfloor"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


def takes(argv: list[str]) -> None:
    """Our command line knows these words; nothing runs."""
    command: click.Command | None = cli
    with click.Context(cli) as context:
        while isinstance(command, click.Group):
            name = argv.pop(0)
            command = command.get_command(context, name)
            assert command is not None, name
        command.make_parser(context).parse_args(argv)


def settings() -> set[str]:
    page = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
    return set(re.findall(r"`(WATCHFLOOR_[A-Z_]+|DATABASE_URL)`", page))


def test_what_is_set_is_read() -> None:
    for path in DEPLOY.rglob("*"):
        if path.is_file() and path.suffix not in {".py", ".pyc"}:
            named = set(re.findall(r"\b(WATCHFLOOR_[A-Z_]*[A-Z]|DATABASE_URL)\b", path.read_text(encoding="utf-8")))
            assert named <= settings(), path


def compose() -> dict[str, Any]:
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed: pip install pyyaml")
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "docker-compose.yml").read_text(encoding="utf-8"))
    return found


def test_compose_starts_what_exists() -> None:
    document = compose()
    ours = {name: each for name, each in document["services"].items() if each.get("image") == "watchfloor:local"}
    assert set(ours) == {"upgrade", "web", "media", "worker", "rules-worker", "stream-worker", "scheduler"}
    for each in ours.values():
        takes(list(each["command"]))
        assert each["read_only"] and each["cap_drop"] == ["ALL"]
    asked = set(re.findall(r"\$\{(\w+)", (DEPLOY / "docker-compose.yml").read_text()))
    assert asked == set(re.findall(r"^(\w+)=", (DEPLOY / "example.env").read_text(), re.MULTILINE))


def test_compose_is_compose() -> None:
    pytest.importorskip("check_jsonschema", reason="its schema is not installed: pip install --group deploy")
    import json

    import check_jsonschema
    from jsonschema import Draft7Validator

    schema = json.loads(
        (Path(check_jsonschema.__file__).parent / "builtin_schemas/vendor/compose-spec.json").read_text()
    )
    assert list(Draft7Validator(schema).iter_errors(compose())) == []


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_units_start_what_exists(unit: Path) -> None:
    text = unit.read_text(encoding="utf-8")
    [line] = re.findall(r"^ExecStart=/opt/watchfloor/bin/watchfloor (.*)$", text, re.MULTILINE)
    takes(shlex.split(line))
    assert "NoNewPrivileges=yes" in text and "\nCapabilityBoundingSet=\n" in text


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_units_are_units_and_held_tight() -> None:
    said = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, UNITS)], capture_output=True, text=True, check=False
    )
    lines = [each for each in said.stderr.splitlines() if "is not executable" not in each and "watchfloor" in each]
    assert lines == []
    for unit in UNITS:
        held = subprocess.run(
            ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(unit)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert held.returncode == 0, held.stdout.splitlines()[-1:]


needs_helm = pytest.mark.skipif(
    importlib.util.find_spec("helm_python") is None or importlib.util.find_spec("kubernetes_validate") is None,
    reason="Helm's engine is not installed: pip install --group deploy",
)


def rendered(**values: Any) -> Iterator[dict[str, Any]]:
    import helm_python
    import yaml

    with helm_python.Chart.load(str(CHART)) as chart:
        for name, text in chart.render(values, name="floor", namespace="trust").items():
            if not name.endswith("NOTES.txt"):
                yield from (each for each in yaml.safe_load_all(text) if each)


VALUES: dict[str, dict[str, Any]] = {
    "as shipped": {},
    "small": {
        "stream": {"url": ""}, "counters": {"url": ""}, "networkPolicy": {"enabled": False}, "ingress": {"enabled": False},
        "roles": {name: {"enabled": False} for name in ("scheduler", "stream-worker", "rules-worker")}, "data": {"existingClaim": "mine"},
    },
    "with everything": {
        "settings": {"WATCHFLOOR_POOL": 40}, "imagePullSecrets": [{"name": "pull"}], "nodeSelector": {"disk": "fast"},
        "tolerations": [{"key": "floor", "operator": "Exists"}], "serviceAccount": {"annotations": {"a": "b"}},
        "ingress": {"className": "nginx", "annotations": {"x": "y"}}, "data": {"storageClassName": "shared"},
        "roles": {name: {"autoscaling": {"enabled": True}} for name in ("media", "stream-worker", "scheduler")},
    },
}  # fmt: skip


@needs_helm
@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
def test_the_chart_renders_to_what_kubernetes_takes(values: dict[str, Any]) -> None:
    import kubernetes_validate

    documents = list(rendered(**values))
    for each in documents:
        kubernetes_validate.validate(each, "1.31", strict=True)
    for each in documents:
        if each["kind"] == "Deployment":
            pod = each["spec"]["template"]["spec"]
            assert pod["securityContext"]["runAsNonRoot"] and pod["automountServiceAccountToken"] is False
            for container in [*pod["initContainers"], *pod["containers"]]:
                takes(list(container["args"]))
                assert container["securityContext"]["readOnlyRootFilesystem"] and container["resources"]["requests"]
            labels = each["spec"]["template"]["metadata"]["labels"]
            assert each["spec"]["selector"]["matchLabels"].items() <= labels.items()
    kinds = {(each["kind"], each["metadata"]["name"]) for each in documents}
    assert len(kinds) == len(documents)
    roles = {name.removeprefix("floor-watchfloor-") for kind, name in kinds if kind == "Deployment"}
    assert roles == ({"web", "media", "worker"} if "existingClaim" in str(values) else
                     {"web", "media", "worker", "rules-worker", "stream-worker", "scheduler"})  # fmt: skip
    assert {name.removeprefix("floor-watchfloor-") for kind, name in kinds if kind == "PodDisruptionBudget"} == roles


@needs_helm
@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"url": "floor.example.org"}, "url"),
        ({"roles": {"queen": {"enabled": True, "replicas": 1}}}, "queen"),
        ({"stream": {"partitions": 4}}, "more than stream.partitions"),
        ({"settings": {"PATH": "x"}}, "PATH"),
    ],
)
def test_the_chart_refuses_what_cannot_be(values: dict[str, Any], says: str) -> None:
    import helm_python

    with pytest.raises(helm_python.HelmError, match=re.escape(says)):
        list(rendered(**values))
