"""Addresses of the link to Jira."""

from __future__ import annotations

from django.urls import path

from watchfloor.programme.jira.pages import hook, index, issue, settings

urlpatterns = [
    path("programme/jira", index.index, name="programme-jira"),
    path("programme/jira/settings", settings.page, name="programme-jira-settings"),
    path("programme/jira/hook", hook.hook, name="programme-jira-hook"),
    path("programme/jira/for/<uuid:action_id>", issue.one, name="programme-jira-issue"),
]
