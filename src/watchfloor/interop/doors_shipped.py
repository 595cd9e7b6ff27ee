"""The doors that were there before there was a register: each says where it is and when it was last used."""

from __future__ import annotations

from django.db.models import Count, Max, Sum
from django.utils.translation import gettext_lazy as _

from watchfloor.identity.models import ApiToken
from watchfloor.interop.doors import Door, State, register, since
from watchfloor.interop.models import HistorySource, SiteDay
from watchfloor.programme.jira.models import Site as JiraSite


def install() -> None:
    """Called once, when the app is ready."""
    register(
        Door(
            key="api", name=_("Our own API"),
            purpose=_("Platforms report, send events, upload media and ask for verdicts."),
            addresses=("/v1/reports", "/v1/events", "/v1/media", "/v1/verdicts"), how_to="connect-a-platform",
            settings="tokens", state=_tokens,
        )
    )  # fmt: skip
    register(
        Door(
            key="akismet", name=_("Akismet"), purpose=_("Comment plug-ins ask whether a comment is spam."),
            addresses=("/1.1/comment-check",), how_to="answer-other-clients", settings="interop-sites", state=_sites,
        )
    )  # fmt: skip
    register(
        Door(
            key="moderations", name=_("Moderation endpoint"), purpose=_("Programs that call a moderation model ask here instead."),
            addresses=("/v1/moderations",), how_to="answer-other-clients", settings="tokens",
        )
    )  # fmt: skip
    register(
        Door(
            key="hma", name=_("Hasher-matcher-actioner"), purpose=_("Clients of that interface match media against our banks."),
            addresses=("/hma",), how_to="exchange-hashes", settings="tokens",
        )
    )  # fmt: skip
    register(
        Door(
            key="helpdesks", name=_("Help desks"), purpose=_("Reports come from tickets, and their history is imported."),
            addresses=("/v1/zendesk",), how_to="service-cloud-and-zendesk", settings="interop-history", state=_helpdesks,
        )
    )  # fmt: skip
    register(
        Door(
            key="jira", name=_("Jira"), purpose=_("Work of the programme is shared with trackers."), direction="both",
            addresses=(), how_to="jira", settings="programme-jira-settings", state=_jira,
        )
    )  # fmt: skip

    register(
        Door(
            key="sql", name=_("SQL over HTTP"), purpose=_("Programs ask the star schema in SQL and get JSON, lines of JSON or CSV."),
            addresses=("/v1/sql",), how_to="bi-tools", direction="out", settings="tokens",
        )
    )  # fmt: skip
    register(
        Door(
            key="metrics", name=_("Prometheus"), purpose=_("Monitoring reads how this installation fares."),
            addresses=("/metrics",), how_to="watch-the-installation", direction="out", settings="tokens",
        )
    )  # fmt: skip
    register(
        Door(
            key="trino", name=_("BI tools (Trino)"), purpose=_("Superset, Tableau and DBeaver read the star schema as a Trino catalogue."),
            addresses=("/v1/statement",), how_to="bi-tools", direction="out", settings="tokens",
            facts=lambda base: [(_("Connection"), f"trino://token:TOKEN@{base.partition('://')[2]}/watchfloor/star")],
        )
    )  # fmt: skip


def _tokens() -> State:
    found = ApiToken.objects.filter(revoked_at=None).aggregate(last=Max("last_used_at"), many=Count("pk"))
    if not found["many"]:
        return State("off", _("Make a token first."))
    return State(last_used=found["last"])


def _sites() -> State:
    found = SiteDay.objects.filter(day__gte=since().date(), site__ended_at=None).aggregate(
        spam=Sum("spam"), ham=Sum("ham")
    )
    count = (found["spam"] or 0) + (found["ham"] or 0)
    return State(count=count) if count else State("off", _("No website asks yet."))


def _helpdesks() -> State:
    rows = list(HistorySource.objects.exclude(kind="file"))
    if not rows:
        return State("off", _("No help desk is named yet."))
    failed = next((row.last_error for row in rows if row.on and row.last_error), "")
    asked = max((row.asked_at for row in rows if row.asked_at), default=None)
    return State("failing" if failed else "open", failed, last_used=asked)


def _jira() -> State:
    return State() if JiraSite.objects.exists() else State("off", _("No Jira is named yet."))
