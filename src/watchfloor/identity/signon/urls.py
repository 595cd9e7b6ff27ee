"""Addresses of sign-on."""

from __future__ import annotations

from django.urls import path

from watchfloor.identity.signon.pages import saml, sessions, settings, signing

urlpatterns = [
    path("account/sign-on/<slug:key>", signing.begin, name="signon_begin"),
    path("account/sign-on/<slug:key>/back", signing.back, name="signon_back"),
    path("account/sign-on/<slug:key>/back-channel", signing.back_channel, name="signon_back_channel"),
    path("account/sign-on/<slug:key>/acs", saml.acs, name="signon_acs"),
    path("account/sign-on/<slug:key>/metadata", saml.metadata, name="signon_metadata"),
    path("account/leave", signing.leave, name="signon_leave"),
    path("settings/sign-on", settings.index, name="signon"),
    path("settings/sign-on/groups/<uuid:rule_id>/end", settings.end_rule, name="signon_rule_end"),
    path("settings/sign-on/new", settings.provider, name="signon_new"),
    path("settings/sign-on/providers/<slug:key>", settings.provider, name="signon_provider"),
    path("settings/sessions", sessions.rules, name="session_rules"),
    path("settings/me/sessions", sessions.mine, name="my_sessions"),
    path("settings/me/sessions/<uuid:session_id>/end", sessions.end, name="my_session_end"),
    path("settings/prove", sessions.prove, name="prove"),
]
