"""Providers that vouch for people, groups there that become roles here, and what the house asks of sessions."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from watchfloor.kernel.ids import new_id
from watchfloor.ledger.models import Projected, Seal


class Provider(Projected):
    """An identity provider: OpenID Connect or SAML. Its secret and SAML's own key are sealed (``keys/signon.key``)."""

    class Kind(models.TextChoices):
        OIDC = "oidc"
        SAML = "saml"

    class Join(models.TextChoices):
        PROVISIONED = "provisioned"  # only people who exist here already
        GROUPS = "groups"  # also those whom a group gives a role
        NOBODY = "nobody"  # only accounts that were tied before

    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=4, choices=Kind)
    on = models.BooleanField(default=False)
    client_id = models.CharField(max_length=200, blank=True)
    secret = models.BinaryField(null=True)
    issuer = models.CharField(max_length=400, blank=True)
    metadata = models.TextField(blank=True)  # SAML: the provider's XML
    claims = models.JSONField(default=dict)  # what is meant -> the name of the claim there
    domains = ArrayField(models.CharField(max_length=120), default=list)  # of addresses it may vouch for; none: none
    join = models.CharField(max_length=12, choices=Join, default=Join.PROVISIONED)
    strong = models.BooleanField(default=False)  # it asks for a second factor itself
    position = models.SmallIntegerField(default=0)
    changed_at = models.DateTimeField()
    seal = Seal()

    private: ClassVar[frozenset[str]] = frozenset({"secret"})

    class Meta:
        db_table = "identity_signon_provider"


class Tie(Projected):
    """A person's account at a provider; what it is called there is kept as a digest."""

    provider_id = models.UUIDField()
    subject_digest = models.CharField(max_length=64)
    user_id = models.UUIDField(db_index=True)
    tied_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_signon_tie"
        constraints = [
            models.UniqueConstraint(
                fields=["provider_id", "subject_digest"], name="identity_signon_tie_once",
                condition=models.Q(ended_at__isnull=True),
            )
        ]  # fmt: skip


class GroupRule(Projected):
    """Who is in this group there, holds this role here within these limits, and stands in this team of this vendor."""

    source = models.CharField(max_length=40)  # a provider's key, "scim", or "*" for each
    group = models.CharField(max_length=200)
    role_key = models.CharField(max_length=40, blank=True)
    queues = ArrayField(models.CharField(max_length=80), null=True)
    markets = ArrayField(models.CharField(max_length=12), null=True)
    vendors = ArrayField(models.CharField(max_length=40), null=True)
    max_severity = models.SmallIntegerField(default=5)
    team = models.CharField(max_length=60, blank=True)
    vendor_key = models.CharField(max_length=40, blank=True)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_signon_rule"


class Given(Projected):
    """A grant that stands because of a rule and a membership; it goes when either does."""

    user_id = models.UUIDField(db_index=True)
    rule_id = models.UUIDField()
    grant_id = models.UUIDField()
    source = models.CharField(max_length=40)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_signon_given"
        constraints = [
            models.UniqueConstraint(
                fields=["user_id", "rule_id", "source"], name="identity_signon_given_once",
                condition=models.Q(ended_at__isnull=True),
            )
        ]  # fmt: skip


class SessionRule(Projected):
    """What the house asks of sessions: of everyone (``role_key`` empty), and more of who holds a role. The strictest holds."""

    role_key = models.CharField(max_length=40, unique=True, blank=True)
    lifetime_hours = models.IntegerField(null=True)
    idle_minutes = models.IntegerField(null=True)
    at_once = models.IntegerField(null=True)
    networks = ArrayField(models.CharField(max_length=50), default=list)
    second_factor = models.BooleanField(default=False)
    passwords = models.BooleanField(default=True)  # may sign in with a password
    fresh_minutes = models.IntegerField(null=True)  # of everyone only: how long proof given again counts

    class Meta:
        db_table = "identity_signon_session_rule"


class Session(models.Model):
    """A session that is alive, as its person sees it. Telemetry: where from and when, never what was done. Goes with the session."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key_digest = models.CharField(max_length=64, unique=True)  # of Django's session key
    user_id = models.UUIDField(db_index=True)
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    by = models.CharField(max_length=60, blank=True)
    provider = models.CharField(max_length=40, blank=True)
    provider_session = models.CharField(max_length=200, blank=True, db_index=True)  # a digest of the provider's ``sid``
    address = models.CharField(max_length=45, blank=True)
    browser = models.CharField(max_length=120, blank=True)
    ended_at = models.DateTimeField(null=True)  # ends it at its next request

    class Meta:
        db_table = "identity_signon_session"
