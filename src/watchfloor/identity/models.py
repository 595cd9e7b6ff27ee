"""Users, roles, grants and API tokens."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.crypto import salted_hmac

from watchfloor.kernel.ids import new_id
from watchfloor.ledger.models import Projected


class UserManager(BaseUserManager["User"]):
    """Makes users; ordinary code goes through ``identity.actions``."""

    def create_user(self, email: str, password: str | None = None, **extra: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A person who can sign in. What they may do is in their grants, not in Django's own permissions."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    language = models.CharField(max_length=12, blank=True)
    time_zone = models.CharField(max_length=60, blank=True)
    preferences = models.JSONField(default=dict)
    simulated = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    created_at = models.DateTimeField(null=True)
    session_epoch = models.IntegerField(default=0)  # raised to end every session at once

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        db_table = "identity_user"

    def __str__(self) -> str:
        return self.name or self.email

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session must match to stay alive: it dies with a new password and with a raised ``session_epoch``."""
        text = f"{self.password}/{self.session_epoch}"
        return salted_hmac("watchfloor.identity.session", text, secret=secret, algorithm="sha256").hexdigest()


class Role(Projected):
    """A named set of permissions; shipped as data, editable."""

    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    description = models.TextField(blank=True)
    permissions = ArrayField(models.CharField(max_length=60), default=list)

    class Meta:
        db_table = "identity_role"


class Grant(Projected):
    """A role given to a user within limits; ``null`` lists mean "all"."""

    user_id = models.UUIDField(db_index=True)
    role_key = models.CharField(max_length=40)
    queues = ArrayField(models.CharField(max_length=80), null=True)
    markets = ArrayField(models.CharField(max_length=12), null=True)
    vendors = ArrayField(models.CharField(max_length=40), null=True)
    max_severity = models.SmallIntegerField(default=5)
    clearances = ArrayField(models.CharField(max_length=40), default=list)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_grant"


class ApiToken(Projected):
    """A bearer token for programs; only its SHA-256 is kept. ``source`` names the sending system in reports and events.

    While it is rotated two secrets work: the new one (``digest``) and, until ``old_until``, the one before.
    """

    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    source = models.CharField(max_length=60)
    permissions = ArrayField(models.CharField(max_length=60), default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    owner_id = models.UUIDField(null=True)  # a person's own: it ends when they may no longer sign in
    old_digest = models.CharField(max_length=64, blank=True, default="", db_default="", db_index=True)
    old_until = models.DateTimeField(null=True)
    rotated_at = models.DateTimeField(null=True)
    networks = ArrayField(models.CharField(max_length=50), default=list, null=True)  # none: from everywhere
    per_minute = models.IntegerField(null=True)  # calls; null: as the house has it
    queues = ArrayField(models.CharField(max_length=80), null=True)  # null: all, as in a grant
    markets = ArrayField(models.CharField(max_length=12), null=True)
    vendors = ArrayField(models.CharField(max_length=40), null=True)
    last_used_at = models.DateTimeField(null=True)  # within a few minutes; not part of the ledger
    old_used_at = models.DateTimeField(null=True)  # likewise, of the secret before

    untracked: ClassVar[frozenset[str]] = frozenset({"last_used_at", "old_used_at"})

    class Meta:
        db_table = "identity_token"


class RestrictedRead(models.Model):
    """One view of a restricted thing: who, what, when. Append-only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    actor = models.CharField(max_length=120)
    subject = models.CharField(max_length=120)
    at = models.DateTimeField()
    why = models.CharField(max_length=120, blank=True)
    clearance = models.CharField(max_length=40, blank=True)  # who has it may read which thing it was
    under = models.CharField(max_length=60, blank=True)  # "break-glass:…" when the right came from there

    class Meta:
        db_table = "identity_restricted_read"
        indexes = [models.Index(fields=["subject", "at"], name="identity_read_subject")]


from watchfloor.identity.models_glass import BreakGlass as BreakGlass  # noqa: E402 - a table of this context
