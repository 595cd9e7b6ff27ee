"""A directory provisions people: what it changes here and what it cannot, deactivation to the last lease, groups, bulk, conditions."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from tests.support.floor import Floor, install
from tests.support.people import actor_of, signed_in

from watchfloor.identity import actions, defaults, programs
from watchfloor.identity.domain import system
from watchfloor.identity.models import ApiToken, Grant, User
from watchfloor.identity.signon import groups
from watchfloor.kernel import clock
from watchfloor.ledger.models import Event
from watchfloor.ledger.writer import writing
from watchfloor.review.models import Job
from watchfloor.workforce.actions import save_vendor
from watchfloor.workforce.models import Reviewer

pytestmark = pytest.mark.django_db
BY = system("test")
FLOOR = "urn:ietf:params:scim:schemas:extension:watchfloor:2.0:User"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"


class Directory:
    """Speaks as a directory does."""

    def __init__(self, secret: str) -> None:
        self.client, self.secret = Client(), secret

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        data = json.dumps(body) if body is not None else ""
        answer = self.client.generic(
            method, f"/scim/v2{path}", data, content_type="application/scim+json",
            headers={"Authorization": f"Bearer {self.secret}", **{name.replace("_", "-"): value for name, value in headers.items()}},
        )  # fmt: skip
        answer.said = json.loads(answer.content) if answer.content else None
        return answer


@pytest.fixture
def directory() -> Directory:
    programs.buckets.forget()
    with writing(BY) as w:
        defaults.install(w)
        save_vendor(w, key="inhouse", name="In house")
        save_vendor(w, key="north", name="North", site="Riga")
        _, secret = actions.create_token(w, BY, name="", source="directory", permissions=["people.provision"])
    return Directory(secret)


ANA = {
    "schemas": [USER], "userName": "ana@example.org", "externalId": "42", "displayName": "Ana", "active": True,
    "emails": [{"value": "Ana@example.org", "type": "work", "primary": True}], "preferredLanguage": "es-ES",
    FLOOR: {"vendor": "north", "team": "blue", "markets": "DE, AT", "languages": ["de", "en"]},
}  # fmt: skip


def test_who_is_switched_off_is_out_at_once_and_nothing_is_lost(directory: Directory) -> None:
    install()
    floor = Floor()
    with writing(BY) as w:
        save_vendor(w, key="north", name="North", site="Riga")
        groups.save_rule(w, BY, source="scim", group="Reviewers", role_key="reviewer", vendors=["north"])
        groups.save_rule(w, BY, source="scim", group="Leads", role_key="program_manager")
    ana = directory("POST", "/Users", ANA).said["id"]
    user = User.objects.get(pk=ana)
    reviewer = Reviewer.objects.get(pk=ana)
    assert (user.email, user.name, user.language, user.has_usable_password()) == ("ana@example.org", "Ana", "es", False)
    assert (reviewer.vendor_key, reviewer.team, reviewer.markets, reviewer.languages) == (
        "north",
        "blue",
        ["DE", "AT"],
        ["de", "en"],
    )
    made = directory("POST", "/Groups", {"displayName": "Reviewers", "members": [{"value": ana}]})
    assert made.status_code == 201 and actor_of(user).may("review.work", vendor="north")
    assert not actor_of(user).may("review.work", vendor="inhouse")
    shown = directory("GET", f"/Users/{ana}").said
    assert shown["groups"][0]["display"] == "Reviewers" and shown[FLOOR]["markets"] == "DE,AT"
    with writing(BY) as w:
        row, _ = actions.create_token(w, BY, name="", source="mine", permissions=["report.submit"], owner_id=user.pk)
        workforce_fits = Reviewer.objects.get(pk=ana)
        w.update(workforce_fits, markets=None)
        w.event(groups.GroupsSettled(provider="scim", given=0, taken=0), ("user", user.pk))
    client = signed_in(user)
    assert client.get("/settings/me").status_code == 200
    floor.report()
    lease = floor.claim(actor_of(user))
    before = Event.objects.count()
    off = directory("PATCH", f"/Users/{ana}", {"Operations": [{"op": "Replace", "path": "active", "value": "False"}]})
    assert off.status_code == 200 and off.said["active"] is False
    job = Job.objects.get(pk=lease.job_id)
    assert job.state == Job.State.READY and job.lease_holder is None  # another can take it now
    assert client.get("/settings/me").status_code == 302
    assert ApiToken.objects.get(pk=row.pk).revoked_at is not None
    assert not Reviewer.objects.get(pk=ana).active
    kinds = set(Event.objects.order_by("ordinal")[before:].values_list("type", flat=True))
    assert {"user.disabled", "job.released", "token.revoked", "scim.person"} <= kinds
    assert directory("DELETE", f"/Users/{ana}").status_code == 204
    assert directory("GET", f"/Users/{ana}").status_code == directory("DELETE", f"/Users/{ana}").status_code == 404
    assert User.objects.filter(pk=ana).exists() and not Grant.objects.filter(user_id=ana, revoked_at=None).exists()
    again = directory("POST", "/Users", ANA)
    assert again.status_code == 201 and again.said["id"] == ana and User.objects.get(pk=ana).is_active
    said = json.dumps(list(Event.objects.values("data", "changes", "reason")), default=str)
    assert "ana@example.org" not in said and '"Ana"' not in said


def test_what_a_directory_may_not(directory: Directory) -> None:
    with writing(BY) as w:
        admin = actions.create_user(w, email="root@example.org", name="Root", password=None)
        actions.grant(w, BY, admin, "administrator")
        ben = actions.create_user(w, email="ben@example.org", name="Ben", password=None)
        _, weak = actions.create_token(w, BY, name="", source="chat", permissions=["report.submit"])
    for change in (
        directory("PATCH", f"/Users/{admin.pk}", {"Operations": [{"op": "replace", "value": {"active": False}}]}),
        directory("DELETE", f"/Users/{admin.pk}"),
        directory("PUT", f"/Users/{admin.pk}", {**ANA, "userName": "root@example.org"}),
    ):
        assert change.status_code == 403
    admin.refresh_from_db()
    assert admin.is_active and admin.email == "root@example.org"
    # Somebody invited by hand is found, and taken over.
    found = directory("GET", '/Users?filter=userName eq "BEN@example.org"').said
    assert found["totalResults"] == 1 and found["Resources"][0]["id"] == str(ben.pk)
    patched = directory(
        "PATCH",
        f"/Users/{ben.pk}",
        {"Operations": [{"op": "add", "path": 'emails[type eq "work"].value', "value": "b@example.org"}]},
    )
    assert patched.status_code == 200 and User.objects.get(pk=ben.pk).email == "b@example.org"
    for body, status, kind in (
        ({**ANA, "userName": "ben@example.org", "emails": []}, 409, "uniqueness"),
        ({**ANA, "emails": [{"value": "root@example.org"}]}, 409, "uniqueness"),
        ({**ANA, FLOOR: {"vendor": "nobody"}}, 400, "invalidValue"),
        ({**ANA, "active": "perhaps"}, 400, "invalidValue"),
        ({"schemas": [USER]}, 400, "invalidValue"),
        ([], 400, "invalidSyntax"),
        ({**ANA, "displayName": "a\0b"}, 400, "invalidValue"),
    ):
        answer = directory("POST", "/Users", body)
        assert (answer.status_code, answer.said["scimType"]) == (status, kind)
    for path in (
        "/Users?filter=userName",
        '/Users?filter=nothing eq "a"',
        "/Users?filter=" + "(" * 50,
        "/Users?count=x",
        "/Users?sortBy=nothing",
    ):
        assert directory("GET", path).status_code == 400, path
    for operation in ({"op": "remove"}, {"op": "x", "path": "title"}, {"op": "replace", "path": "id", "value": "1"},
                      {"op": "replace", "path": "groups", "value": []},
                      {"op": "remove", "path": "userName"}, {"op": "add", "path": 'emails[type eq', "value": "a"}):  # fmt: skip
        assert directory("PATCH", f"/Users/{ben.pk}", {"Operations": [operation]}).status_code == 400, operation
    assert (
        directory("POST", "/Groups", {"displayName": "G", "members": [{"value": str(uuid.uuid4())}]}).status_code == 400
    )
    for secret, status in ((weak, 403), ("wf_unknown", 401), ("", 401)):
        answer = Directory(secret)("GET", "/Users")
        assert answer.status_code == status and answer.said["schemas"][0].endswith(":Error")
    assert directory("GET", "/Me").status_code == 501


def someone(number: int) -> dict[str, Any]:
    return {**ANA, "userName": f"p{number}", "externalId": str(number), "displayName": f"P{number}", "emails": []}


def test_groups_conditions_pages_and_bulk(directory: Directory) -> None:
    with writing(BY) as w:
        groups.save_rule(w, BY, source="scim", group="Leads", role_key="program_manager")
    sent = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "failOnErrors": 1, "Operations": [
            *({"method": "POST", "path": "/Users", "bulkId": f"u{n}", "data": someone(n)} for n in range(3)),
            {"method": "POST", "path": "/Groups", "bulkId": "g",
             "data": {"displayName": "Leads", "members": [{"value": "bulkId:u0"}, {"value": "bulkId:u1"}]}},
            {"method": "POST", "path": "/Users", "bulkId": "twice", "data": {**ANA, "userName": "P0", "emails": []}},
            {"method": "DELETE", "path": "/Users/bulkId:u2"},
        ],
    }  # fmt: skip
    answer = directory("POST", "/Bulk", sent).said["Operations"]
    assert [each["status"] for each in answer] == ["201", "201", "201", "201", "409"]  # and then it stopped
    group = answer[3]["location"].rpartition("/")[2]
    first, second = (User.objects.get(name=f"P{n}") for n in (0, 1))
    assert (
        first.email.endswith(".invalid")
        and actor_of(first).has("queue.manage")
        and actor_of(second).has("queue.manage")
    )
    gone = directory(
        "PATCH", f"/Groups/{group}", {"Operations": [{"op": "remove", "path": f'members[value eq "{first.pk}"]'}]}
    )
    assert gone.status_code == 200 and not actor_of(first).has("queue.manage")
    renamed = directory(
        "PATCH", f"/Groups/{group}", {"Operations": [{"op": "replace", "value": {"displayName": "Others"}}]}
    )
    assert not actor_of(second).has("queue.manage")  # no rule gives anything to that name
    tag = renamed["ETag"]
    assert directory("GET", f"/Groups/{group}", If_None_Match=tag).status_code == 304
    with clock.at(clock.now() + timedelta(minutes=1)):
        assert directory("PUT", f"/Groups/{group}", {"displayName": "Leads"}, If_Match='W/"0"').status_code == 412
        assert (
            directory(
                "PUT",
                f"/Groups/{group}",
                {"displayName": "Leads", "members": [{"value": str(second.pk)}]},
                If_Match=tag,
            ).status_code
            == 200
        )
    assert actor_of(second).has("queue.manage")
    page = directory(
        "GET",
        '/Users?filter=displayName sw "P"&sortBy=displayName&sortOrder=descending&startIndex=2&count=1&attributes=displayName',
    ).said
    assert (page["totalResults"], page["itemsPerPage"], page["Resources"][0]["displayName"]) == (
        3,
        1,
        "P1",
    ) and "userName" not in page["Resources"][0]
    assert (
        directory("GET", f'/Users?filter=groups[value eq "{group}"] and not (active eq false)').said["totalResults"]
        == 1
    )
    assert directory("POST", "/.search", {"filter": 'displayName co "Leads"'}).said["totalResults"] == 1
    assert directory("DELETE", f"/Groups/{group}").status_code == 204
    assert not actor_of(second).has("queue.manage")
