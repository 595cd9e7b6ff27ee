"""Addresses of the doors and of their page. Those of the protocols are as their clients have them."""

from django.urls import path

from watchfloor.interop import door_pages, pages
from watchfloor.interop.akismet import views as akismet
from watchfloor.interop.history import pages as history
from watchfloor.interop.history import reports
from watchfloor.interop.mastodon import hooks as mastodon_hooks
from watchfloor.interop.mastodon.urls import urlpatterns as mastodon
from watchfloor.interop.metrics import views as metrics
from watchfloor.interop.moderation import views as moderation
from watchfloor.interop.osprey import views as osprey
from watchfloor.interop.servicecloud import views as servicecloud
from watchfloor.interop.trino import views as trino
from watchfloor.interop.xarf import views as xarf

urlpatterns = [
    path("1.1/verify-key", akismet.verify_key, name="akismet-verify-key"),
    path("1.1/comment-check", akismet.comment_check, name="akismet-comment-check"),
    path("1.1/submit-spam", akismet.submit_spam, name="akismet-submit-spam"),
    path("1.1/submit-ham", akismet.submit_ham, name="akismet-submit-ham"),
    path("1.2/usage-limit", akismet.usage_limit, name="akismet-usage-limit"),
    path("1.2/key-sites", akismet.key_sites, name="akismet-key-sites"),
    path("settings/doors", door_pages.index, name="interop-doors"),
    path("settings/websites", pages.index, name="interop-sites"),
    path("settings/websites/<uuid:site_id>/end", pages.end, name="interop-site-end"),
    path("settings/websites/<uuid:site_id>/forget", pages.forget, name="interop-site-forget"),
    path("settings/history", history.index, name="interop-history"),
    path("settings/history/<uuid:source_id>", history.one, name="interop-history-source"),
    path("v1/zendesk/<uuid:source_id>", reports.report, name="zendesk-report"),
    path("v1/xarf", xarf.xarf, name="xarf"),
    path("v1/moderations", moderation.moderations, name="openai-moderations"),
    path("v1/mastodon/<uuid:sender_id>", mastodon_hooks.hook, name="mastodon-hook"),
    path("v1/servicecloud/<uuid:sender_id>", servicecloud.report, name="servicecloud-report"),
    path("v1/osprey/actions", osprey.actions, name="osprey-actions"),
    *mastodon,
    path("metrics", metrics.metrics, name="metrics-scrape"),
    path("v1/info", trino.info, name="trino-info"),
    path("v1/statement", trino.statement, name="trino-statement"),
    path("v1/statement/queued/<uuid:query>/<str:slug>/<int:page>", trino.queued, name="trino-queued"),
    path("v1/statement/executing/<uuid:query>/<str:slug>/<int:page>", trino.executing, name="trino-executing"),
]
