"""The developer's secret link: a signed name of the app that needs no account, and can be exchanged for a new one."""

from __future__ import annotations

from django.conf import settings
from django.core.signing import BadSignature, Signer

from watchfloor.appreview.models import ApiApp
from watchfloor.kernel.errors import BadInput, NotFound
from watchfloor.kernel.ids import decode, encode

_signer = Signer(salt="watchfloor.appreview", sep=".")


def developer_token(app: ApiApp) -> str:
    """The secret part of the link."""
    return _signer.sign(f"{encode('app', app.pk)}-{app.link_turn}")


def developer_link(app: ApiApp) -> str:
    """The address of the developer's page."""
    return f"{settings.PUBLIC_URL.rstrip('/')}/developer/{developer_token(app)}"


def from_token(token: str) -> ApiApp:
    """The app of a link; ``NotFound`` when it was cut, changed, made up, or exchanged for a new one."""
    try:
        name, _, turn = _signer.unsign(token).rpartition("-")
        app_id = decode("app", name)
    except (BadSignature, BadInput):
        raise NotFound("bad_link", "This link is not complete.", hint="Open it again from the message.") from None
    app = ApiApp.objects.select_related("developer").filter(pk=app_id).first()
    if app is None or str(app.link_turn) != turn:
        raise NotFound("bad_link", "This link leads nowhere any more.")
    return app
