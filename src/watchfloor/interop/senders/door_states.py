"""The doors that senders come by, in the register of doors."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from watchfloor.identity.models import ApiToken
from watchfloor.interop.doors import Door, State, register
from watchfloor.interop.senders.models import Sender


def install() -> None:
    """Called once, when the app is ready."""
    register(
        Door(
            key="mastodon", name=_("Mastodon"), purpose=_("Its clients report and moderate here with a token; its servers send webhooks."),
            addresses=("/api/v1/reports", "/api/v1/admin/reports", "/v1/mastodon"), how_to="mastodon",
            settings="interop-senders", state=_of(Sender.Kind.MASTODON, tokens=True),
        )
    )  # fmt: skip
    register(
        Door(
            key="activitypub", name=_("ActivityPub"), purpose=_("Instances of the Fediverse send signed reports (Flag)."),
            addresses=("/.well-known/webfinger", "/ap/actor", "/ap/inbox"), how_to="activitypub",
            settings="interop-senders", state=_of(Sender.Kind.FEDIVERSE),
        )
    )  # fmt: skip
    register(
        Door(
            key="servicecloud", name=_("Service Cloud"),
            purpose=_("A new case there is a report here: outbound messages, or a call of a flow."),
            addresses=("/v1/servicecloud",), how_to="service-cloud-and-zendesk", settings="interop-senders",
            state=_of(Sender.Kind.SALESFORCE),
        )
    )  # fmt: skip
    register(
        Door(
            key="osprey", name=_("Osprey"), direction="both",
            purpose=_("Its actions come in beside Osprey itself; results go out in its form."),
            addresses=("/v1/osprey/actions",), how_to="beside-osprey", settings="tokens",
        )
    )  # fmt: skip
    register(
        Door(
            key="cloudevents", name=_("CloudEvents"), purpose=_("Brokers and clouds deliver reports and events in that envelope."),
            addresses=("/v1/reports", "/v1/events"), how_to="connect-a-platform", settings="tokens",
        )
    )  # fmt: skip


def _of(kind: str, *, tokens: bool = False) -> Callable[[], State]:
    def state() -> State:
        rows = list(Sender.objects.filter(kind=kind, on=True))
        if not rows:
            if tokens and ApiToken.objects.filter(revoked_at=None).exists():
                return State()
            return State("off", _("No system is named yet."))
        used = max((row.used_at for row in rows if row.used_at), default=None)
        failed = [row for row in rows if row.failed_at and (row.used_at is None or row.failed_at > row.used_at)]
        if failed:
            return State("failing", f"{failed[0].name}: {failed[0].last_error}", last_used=used)
        return State(last_used=used)

    return state
