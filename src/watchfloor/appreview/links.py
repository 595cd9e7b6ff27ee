"""The developer's secret link: a signed name of the app that needs no account, and can be exchanged for a new one."""

from __future__ import annotations

from django.conf import settings

from watchfloor.appreview.models import ApiApp
from watchfloor.kernel.errors import NotFound
from watchfloor.platform.secret_links import SecretLinks

_links = SecretLinks("watchfloor.appreview", "app")


def developer_token(app: ApiApp) -> str:
    """The secret part of the link."""
    return _links.token(app.pk, app.link_turn)


def developer_link(app: ApiApp) -> str:
    """The address of the developer's page."""
    return f"{settings.PUBLIC_URL.rstrip('/')}/developer/{developer_token(app)}"


def from_token(token: str) -> ApiApp:
    """The app of a link; ``NotFound`` when it was cut, changed, made up, or exchanged for a new one."""
    app_id, turn = _links.read(token)
    app = ApiApp.objects.select_related("developer").filter(pk=app_id).first()
    if app is None or str(app.link_turn) != turn:
        raise NotFound("bad_link", "This link leads nowhere any more.")
    return app
