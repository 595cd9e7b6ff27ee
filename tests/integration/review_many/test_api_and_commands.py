"""Many at once for programs: the API and the commands, with the same rights, counts and ways back as the pages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from tests.integration.review_pages.test_api import Program
from tests.support.floor import Floor

from watchfloor.kernel import ids
from watchfloor.review import bulk
from watchfloor.review.models import Case, Report


def worked() -> None:
    while bulk.work():
        pass


def test_an_order_a_cluster_and_both_back(floor: Floor) -> None:
    cases = [floor.report(floor.item(author=f"a{n}")[0]) for n in range(3)]
    boss, plain = Program("case.bulk", "case.arrange", "case.view", "reporter.view"), Program("case.view")
    order = {"verb": "decide", "verdict": "violating", "violation": "spam.bulk", "search": {"state": "open"}}
    plain.post("bulk/preview", order, 403)
    seen = boss.post("bulk/preview", order)
    assert (seen["todo"], seen["effects"][0]["count"], seen["points"]) == (3, 3, 3)
    boss.post("bulk", {**order, "token": "other", "why": "w"}, 409)
    made = boss.post("bulk", {**order, "token": seen["token"], "why": "one wave"}, 202)
    worked()
    assert boss.get(f"bulk/{made['id']}")["counts"] == {"done": 3}
    boss.post(f"bulk/{made['id']}/reverse", {"why": "no"}, 202)
    worked()
    assert boss.get(f"bulk/{made['id']}")["state"] == "reversed"
    body = {"name": "wave", "policy": "spam", "ids": [ids.encode("itm", case.item_id) for case in cases], "share": 0.4}
    cluster = boss.post("clusters", body, 201)
    assert boss.post(f"clusters/{cluster['id']}/decide", {"violation": "spam.bulk", "token": "x", "why": "w"}, 409)
    for item in cluster["sample"]:
        far = boss.post(f"clusters/{cluster['id']}/read", {"item": item, "verdict": "violating"})
    assert far["read"] == len(cluster["sample"])
    dry = boss.post(f"clusters/{cluster['id']}/decide", {"violation": "spam.bulk"})
    boss.post(f"clusters/{cluster['id']}/decide", {"violation": "spam.bulk", "token": dry["token"], "why": "w"}, 202)
    worked()
    assert boss.get(f"clusters/{cluster['id']}")["state"] == "decided"
    assert sum(row["decided"] for row in boss.get("reporters")) == 3
    plain.get("reporters", 403)


def test_join_split_tag_relate_and_ask(floor: Floor) -> None:
    one, two = (ids.encode("case", floor.report().pk) for _ in range(2))
    boss, plain = Program("case.arrange", "case.view"), Program("case.view")
    plain.post(f"cases/{two}/join", {"into": one, "why": "same"}, 403)
    made = boss.post(f"cases/{two}/join", {"into": one, "why": "same"})
    assert (made["target"], made["reports"]) == (one, 1)
    assert boss.post(f"joinings/{made['id']}/undo", {})["undone"] is True
    receipt = ids.encode("rpt", Report.objects.order_by("pk").values_list("pk", flat=True)[0])
    parted = boss.post(f"cases/{one}/split", {"reports": [receipt], "policy": "scam", "why": "a scam"})
    assert parted["kind"] == "split"
    assert boss.post(f"cases/{one}/tags", {"add": ["wave-1"]}) == ["wave-1"]
    assert boss.post(f"cases/{one}/tags", {"add": ["Not a tag!"]}, 422)["error"]["where"] == "tag"
    assert [group["kind"] for group in boss.get(f"cases/{two}/related")] == ["author"]
    asked = plain.post(f"cases/{two}/edge-cases", {"question": "Is this satire?"}, 201)
    assert [row["id"] for row in plain.get("edge-cases", q="satire")] == [asked["id"]]


def run(*words: str) -> Any:
    from watchfloor.cli.cases import bulk as bulk_group
    from watchfloor.cli.cases import case as case_group

    group = case_group if words[0] == "case" else bulk_group
    answer = CliRunner().invoke(group, [*words[1:], "--json"], catch_exceptions=False)
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)


def test_the_commands(floor: Floor, tmp_path: Path) -> None:
    one, two = floor.report(), floor.report()
    names = [ids.encode("case", case.pk) for case in (one, two)]
    assert run("case", "tag", names[0], "--add", "wave-2") == ["wave-2"]
    assert [group["kind"] for group in run("case", "related", names[0])] == ["author"]
    made = run("case", "join", names[1], names[0], "--why", "same")
    assert made["reports"] == 1
    file = tmp_path / "ids.csv"
    file.write_text("id\n" + "\n".join(names), encoding="utf-8")
    given = ("decide", str(file), "--verdict", "violating", "--violation", "spam.bulk")
    seen = run("bulk", "preview", *given)
    assert (seen["todo"], seen["held_out"]) == (1, {"closed": 1})
    batch = run("bulk", "begin", *given, "--why", "w", "--yes")["batch"]
    worked()
    assert run("bulk", "show", batch)["state"] == "done"
    run("bulk", "reverse", batch, "--why", "no")
    worked()
    assert Case.objects.get(pk=one.pk).state == "open"
