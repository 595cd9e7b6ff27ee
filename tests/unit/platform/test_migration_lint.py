"""What would hold up or break a running floor is named before it runs; and what has come since the list below does neither."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import F
from django.db.models.functions import Now, Random

from watchfloor.platform import migration_lint
from watchfloor.platform.migration_lint import BREAKS, LOCKS, LOOK, REWRITES

LANDED = Path(__file__).with_name("landed_migrations.txt")
BASE = migrations.CreateModel(
    "Thing",
    [
        ("id", models.BigAutoField(primary_key=True)),
        ("name", models.CharField(max_length=40)),
        ("age", models.IntegerField(null=True)),
    ],
)


def effects(*operations: Operation, reviewed: str = "") -> list[str]:
    first = migrations.Migration("0001", "app")
    first.operations = [BASE]
    state = ProjectState()
    migration_lint.judge([first], state)
    second = migrations.Migration("0002", "app")
    second.operations = list(operations)
    second.reviewed = reviewed  # type: ignore[attr-defined]
    return [each.effect for each in migration_lint.judge([second], state)]


CASES: list[tuple[Operation, list[str]]] = [
    (migrations.AddField("thing", "note", models.TextField(null=True)), []),
    (migrations.AddField("thing", "note", models.TextField(db_default="")), []),
    (migrations.AddField("thing", "note", models.TextField(default="")), [BREAKS]),
    (migrations.AddField("thing", "uid", models.FloatField(db_default=Random())), [REWRITES]),
    (migrations.AddField("thing", "at", models.DateTimeField(db_default=Now())), []),
    (migrations.AddField("thing", "slug", models.SlugField(null=True)), [LOCKS]),
    (migrations.AddField("thing", "other", models.ForeignKey("app.Thing", models.PROTECT, null=True)), []),
    (migrations.AddField("thing", "low", models.GeneratedField(expression=F("age"), output_field=models.IntegerField(), db_persist=True)),
     [REWRITES]),
    (migrations.RemoveField("thing", "age"), [BREAKS]),
    (migrations.RenameField("thing", "age", "years"), [BREAKS]),
    (migrations.DeleteModel("Thing"), [BREAKS]),
    (migrations.RenameModel("Thing", "Other"), [BREAKS]),
    (migrations.AlterField("thing", "name", models.CharField(max_length=80)), []),
    (migrations.AlterField("thing", "name", models.TextField()), []),
    (migrations.AlterField("thing", "name", models.CharField(max_length=10)), [REWRITES]),
    (migrations.AlterField("thing", "age", models.BigIntegerField(null=True)), [REWRITES]),
    (migrations.AlterField("thing", "age", models.IntegerField()), [LOCKS, BREAKS]),
    (migrations.AlterField("thing", "age", models.IntegerField(null=True, unique=True)), [LOCKS]),
    (migrations.AddIndex("thing", models.Index(fields=["age"], name="by_age")), [LOCKS]),
    (AddIndexConcurrently("thing", models.Index(fields=["age"], name="by_age")), []),
    (migrations.AddConstraint("thing", models.CheckConstraint(condition=models.Q(age__gt=0), name="old")), [LOCKS]),
    (migrations.AddConstraint("thing", models.UniqueConstraint(fields=["name"], name="one")), [LOCKS]),
    (migrations.RunSQL("ALTER TABLE app_thing ALTER COLUMN name SET NOT NULL; SELECT 1"), [LOOK]),
    (migrations.RunSQL("CREATE INDEX CONCURRENTLY x ON app_thing (age)"), []),
    (migrations.RunPython(migrations.RunPython.noop), [LOOK]),
    (migrations.AlterModelOptions("thing", {"ordering": ["name"]}), []),
    (migrations.SeparateDatabaseAndState([migrations.RemoveField("thing", "age")]), [BREAKS]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("operation", "expected"), CASES, ids=lambda each: each.describe()[:40] if isinstance(each, Operation) else ""
)
def test_each_operation_is_judged(operation: Operation, expected: list[str]) -> None:
    assert effects(operation) == expected


def test_a_new_table_is_nobodys_yet() -> None:
    new = migrations.CreateModel("New", [("id", models.BigAutoField(primary_key=True))])
    assert (
        effects(new, migrations.AddField("new", "x", models.IntegerField(unique=True)), migrations.DeleteModel("New"))
        == []
    )


def test_what_stops_depends_on_rows_and_on_review() -> None:
    state = ProjectState()
    first = migrations.Migration("0001", "app")
    first.operations = [BASE]
    second = migrations.Migration("0002", "app")
    second.operations = [migrations.AddIndex("thing", models.Index(fields=["age"], name="by_age"))]
    migration_lint.judge([first], state)
    found = migration_lint.judge([second], state)
    assert [each.stops for each in found] == [True]  # of unknown size
    assert [each.stops for each in migration_lint.with_rows(found, {"app_thing": 99})] == [False]
    assert [each.stops for each in migration_lint.with_rows(found, {"app_thing": 100_000})] == [True]
    second.reviewed = "Made at night"  # type: ignore[attr-defined]
    assert [each.stops for each in migration_lint.judge([second], state)] == [False]


def test_what_came_since_may_run_on_a_running_floor() -> None:
    """A new migration that may not: expand now, contract later (CONTRIBUTING), or say in ``reviewed`` why it is right.

    After a release: ``WATCHFLOOR_LANDED=1 pytest`` of this file writes the list anew.
    """
    loader = MigrationLoader(None)
    ours = {key for key in loader.graph.nodes if loader.graph.nodes[key].__module__.startswith("watchfloor.")}
    if os.environ.get("WATCHFLOOR_LANDED"):
        LANDED.write_text("".join(f"{app}.{name}\n" for app, name in sorted(ours)))
    landed = {tuple(line.split(".", 1)) for line in LANDED.read_text().split()}
    plan: list[tuple[str, str]] = []
    for leaf in loader.graph.leaf_nodes():
        plan += [key for key in loader.graph.forwards_plan(leaf) if key not in plan]
    old = [loader.graph.nodes[key] for key in plan if key in landed or key not in ours]
    new = [loader.graph.nodes[key] for key in plan if key in ours and key not in landed]
    state = ProjectState()
    for migration in old:
        state = migration.mutate_state(state, preserve=False)
    found = migration_lint.judge(new, state)
    assert [each for each in found if each.stops] == []
