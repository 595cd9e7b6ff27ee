"""Addresses of sign-in, people, roles, tokens and one's own account."""

from __future__ import annotations

from django.urls import path, register_converter

from watchfloor.identity import demo
from watchfloor.identity.pages import glass, index, join, language, me, mine, people, reads, roles, tokens


class Step:
    """What can be done to a person by one button."""

    regex = "disable|enable|sign-out|link"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Step, "person_step")

urlpatterns = [
    path("demo/sign-in", demo.sign_in, name="demo_sign_in"),
    path("join/<str:uid>/<str:key>", join.join, name="join"),
    path("language", language.choose, name="language"),
    path("settings", index.settings, name="settings"),
    path("settings/me", me.account, name="account"),
    path("settings/mine", mine.settings, name="my-settings"),
    path("settings/mine/keep", mine.keep, name="my-settings-keep"),
    path("settings/me/sign-out-others", me.sign_out_others, name="sign_out_others"),
    path("settings/people", people.index, name="people"),
    path("settings/people/invite", people.invite, name="people_invite"),
    path("settings/people/<uuid:user_id>", people.person, name="person"),
    path("settings/people/<uuid:user_id>/<person_step:what>", people.change, name="person_change"),
    path("settings/people/<uuid:user_id>/grants/<uuid:grant_id>/revoke", people.revoke, name="grant_revoke"),
    path("settings/roles", roles.index, name="roles"),
    path("settings/roles/<slug:key>", roles.edit, name="role"),
    path("settings/tokens", tokens.index, name="tokens"),
    path("settings/tokens/<uuid:token_id>", tokens.one, name="token"),
    path("settings/tokens/<uuid:token_id>/revoke", tokens.revoke, name="token_revoke"),
    path("settings/break-glass", glass.index, name="break_glass"),
    path("settings/break-glass/<uuid:glass_id>", glass.one, name="break_glass_one"),
    path("settings/reads", reads.index, name="restricted_reads"),
]
