"""All addresses of the console and the API: each context brings its own ``urls.py``."""

from __future__ import annotations

from importlib.util import find_spec

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from watchfloor.console.api import api

urlpatterns: list[URLPattern | URLResolver] = [path("account/", include("allauth.urls")), path("v1/", api.urls)]
urlpatterns += [
    path("", include(f"watchfloor.{name}.urls"))
    for name in settings.CONTEXTS
    if name != "console" and find_spec(f"watchfloor.{name}.urls") is not None
]
if find_spec("watchfloor.console.page_urls") is not None:
    urlpatterns.append(path("", include("watchfloor.console.page_urls")))

handler400 = "watchfloor.console.errors.bad_request"
handler403 = "watchfloor.console.errors.forbidden"
handler404 = "watchfloor.console.errors.not_found"
handler500 = "watchfloor.console.errors.server_error"
