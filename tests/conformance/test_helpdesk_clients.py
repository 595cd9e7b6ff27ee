"""History of cases from Zendesk and Salesforce, whose stand-ins are kept honest by clients of others: ``zenpy`` and ``simple-salesforce``.

The clients make and change the cases, unmodified and by the services' real names over TLS; the import then asks for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.support.helpdesks import Site

    from watchfloor.interop.models import HistorySource

pytestmark = pytest.mark.django_db


@pytest.fixture
def trusting(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Sites that this process knows by name and trusts; closed at the end."""
    from tests.support.helpdesks import known_as

    from watchfloor.interop.history import calling

    open_: list[Any] = []

    def trust(site: Site) -> Site:
        for name in ("WATCHFLOOR_HISTORY_CA", "REQUESTS_CA_BUNDLE"):
            monkeypatch.setenv(name, str(site.trusted))
        calling._trusted.cache_clear()
        known = known_as(site)
        known.__enter__()
        open_.append((site, known))
        return site

    monkeypatch.setenv("WATCHFLOOR_ALLOW_PRIVATE_ENDPOINTS", "1")
    yield trust
    for site, known in open_:
        known.__exit__(None, None, None)
        site.close()
    calling._trusted.cache_clear()


def source(kind: str, site: Site, account: str, secret: str) -> HistorySource:
    """A source that is asked for its history."""
    from watchfloor.interop.history import keeping, mapping, pulling
    from watchfloor.kernel import clock
    from watchfloor.ledger.writer import writing

    with writing("system:test") as w:
        row = keeping.save_source(
            w, name=kind, kind=kind, mapping=mapping.READY[kind], url=f"https://{site.host}", account=account,
            secret=pulling.seal(secret, kind), on=True,
        )  # fmt: skip
    pulling.ask_now(row.pk)
    assert clock.now() is not None
    return row


def told(row: HistorySource) -> dict[str, Any]:
    """The figures of all of it."""
    from watchfloor.interop.history import figures

    [whole] = figures.figures(row)
    return {"incoming": whole.incoming, "solved": whole.solved, "reopened": whole.reopened, "reassigned": whole.reassigned,
            "hours": None if whole.aas_seconds is None else whole.aas_seconds / 3600}  # fmt: skip


def pull(row: HistorySource, *, hours: int = 0) -> None:
    """The loop's turn, now or later."""
    from watchfloor.interop.history import pulling
    from watchfloor.kernel import clock

    with clock.at(clock.now() + timedelta(hours=hours, seconds=1)):
        assert pulling.pull_due() == 1
    row.refresh_from_db()


def test_zendesk(trusting: Any, tmp_path: Path) -> None:
    zenpy = pytest.importorskip("zenpy", reason="pip install zenpy")
    from tests.support.helpdesks import Zendesk
    from zenpy.lib.api_objects import Ticket

    from watchfloor.interop.models import HistoryReject

    site = trusting(Zendesk(tmp_path))
    client = zenpy.Zenpy(subdomain="acme", email=site.email, token=site.token)
    for number in range(5):
        client.tickets.create(Ticket(subject=f"Report {number}", description="x", priority="high"))
    first = client.tickets(id=1)
    first.group_id, first.status = 78, "solved"
    client.tickets.update(first)
    assert [each.id for each in client.tickets.incremental(start_time=1, paginate_by_time=False)] == [2, 3, 4, 5, 1]

    row = source("zendesk", site, site.email, site.token)
    site.busy.append("120")
    pull(row)
    assert "429" in row.last_error and row.next_at is not None
    pull(row, hours=1)
    assert row.last_error == "" and row.cursor
    assert told(row) == {"incoming": 5, "solved": 1, "reopened": 0, "reassigned": 1, "hours": 1.25}
    assert (
        len([each for each in site.asked if "incremental" in each and "metric_sets" in each]) == 4
    )  # by pages of two, and one was busy
    site.change(1, status="open")
    site.change(1, status="solved", group_id=79)
    site.tickets[2] |= {"created_at": "yesterday", "generated_timestamp": int(site.moment.timestamp()) + 1}
    pull(row, hours=2)
    assert told(row) == {"incoming": 5, "solved": 1, "reopened": 1, "reassigned": 2, "hours": 1.75}
    assert "created_at: 'yesterday' is no time" in HistoryReject.objects.get().why
    before = told(row)
    pull(row, hours=3)
    assert told(row) == before
    site.token = "changed"
    pull(row, hours=4)
    assert "401" in row.last_error


def test_salesforce(trusting: Any, tmp_path: Path) -> None:
    simple = pytest.importorskip("simple_salesforce", reason="pip install simple-salesforce")
    from tests.support.helpdesks import Salesforce

    site = trusting(Salesforce(tmp_path))
    client = simple.Salesforce(instance=site.host, session_id=site.session, version="61.0")
    made = [client.Case.create({"Subject": f"Case {number}", "Priority": "High"})["id"] for number in range(3)]
    done = client.bulk2.Case.insert(records=[{"Subject": "In bulk", "Priority": "Low", "Origin": "Email"}], wait=0.01)
    assert done[0]["numberRecordsProcessed"] == 1
    client.Case.update(made[0], {"OwnerId": "005A00000000009IAA", "Status": "Working"})
    client.Case.update(made[0], {"Status": "Closed"})
    assert len(client.query_all("SELECT Id, Status FROM Case")["records"]) == 4
    assert (
        len("".join(client.bulk2.Case.query("SELECT Id FROM Case", wait=0.01)).split()) == 6
    )  # two parts, a head on each

    row = source("salesforce", site, site.key, site.secret)
    site.slow = 1
    pull(row)  # the export is being made: which one is kept
    assert row.cursor.startswith("job:") and "making the export" in row.last_error
    pull(row, hours=1)
    assert row.last_error == "" and row.cursor.endswith("+0000")
    assert (
        len([each for each in site.asked if each.startswith("POST") and each.endswith("/jobs/query")]) == 2
    )  # theirs and ours
    assert told(row) == {"incoming": 4, "solved": 1, "reopened": 0, "reassigned": 1, "hours": 1.25}
    site.change(made[0], Status="Working")
    site.change(made[1], Status="Closed", OwnerId="00GA00000000002IAA")
    site.change(made[0], Status="Closed")
    pull(row, hours=2)
    assert told(row) == {"incoming": 4, "solved": 2, "reopened": 1, "reassigned": 2, "hours": 1.75}
    site.secret = "changed"
    pull(row, hours=3)
    assert "400" in row.last_error


def test_our_cases_in_theirs(trusting: Any, tmp_path: Path) -> None:
    """Cases leave as these systems import them, put there by the same clients; no word of what they are about is among it."""
    zenpy = pytest.importorskip("zenpy", reason="pip install zenpy")
    simple = pytest.importorskip("simple_salesforce", reason="pip install simple-salesforce")
    import json

    from click.testing import CliRunner
    from tests.support.floor import SPAM, Floor, install
    from tests.support.helpdesks import Salesforce, Zendesk
    from tests.support.people import actor_of, member
    from zenpy.lib.api_objects import Ticket

    from watchfloor.cli.export import export
    from watchfloor.kernel import ids
    from watchfloor.review import actions

    install()
    floor, reviewer = Floor(), actor_of(member({"review.work", "review.claim_case", "case.view"}))
    done, waits, hidden = (floor.report(note="canary-of-a-report") for _number in range(3))
    lease = actions.claim_case(reviewer, done.pk)
    actions.decide(reviewer, lease.job_id, lease.token, SPAM)
    type(hidden).objects.filter(pk=hidden.pk).update(clearance="child_safety")

    def written(what: str, ending: str) -> Path:
        file = tmp_path / f"{what}{ending}"
        said = CliRunner().invoke(export, [what, str(file), "--json"])
        assert said.exit_code == 0 and json.loads(said.stdout)["rows"] == 2, said.output
        assert "canary" not in file.read_text() and ids.encode("case", hidden.pk) not in file.read_text()
        return file

    desk = trusting(Zendesk(tmp_path))
    client = zenpy.Zenpy(subdomain="acme", email=desk.email, token=desk.token)
    [line] = written("zendesk", ".jsonl").read_text().splitlines()
    client.ticket_import.create([Ticket(**each) for each in json.loads(line)["tickets"]])
    assert [each["status"] for each in desk.tickets.values()] == ["solved", "open"]
    cloud = trusting(Salesforce(tmp_path))
    session = simple.Salesforce(instance=cloud.host, session_id=cloud.session, version="61.0")
    cloud.fields = (*cloud.fields, "Watchfloor_Id__c", "Description")
    cloud.audited = True  # the permission to say when a case was made
    [told] = session.bulk2.Case.upsert(
        str(written("salesforce", ".csv")), external_id_field="Watchfloor_Id__c", wait=0.01
    )
    assert told["numberRecordsProcessed"] == 2
    assert {row["Watchfloor_Id__c"] for row in cloud.cases.values()} == {
        ids.encode("case", each.pk) for each in (done, waits)
    }
