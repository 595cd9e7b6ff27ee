"""Django's settings. A team changes what it must through the environment (see platform/config.py), never by editing this file."""

from __future__ import annotations

import os
from pathlib import Path

from watchfloor.platform import config, pools

PACKAGE = Path(__file__).resolve().parent.parent
HOME = config.home()

SECRET_KEY = config.secret("django.key")
DEBUG = config.flag("WATCHFLOOR_DEBUG")
DEMO = config.flag("WATCHFLOOR_DEMO")
ALLOWED_HOSTS = [
    host.strip() for host in os.environ.get("WATCHFLOOR_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",")
]
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("WATCHFLOOR_ORIGINS", "").split(",") if origin]
PUBLIC_URL = os.environ.get("WATCHFLOOR_URL", "http://127.0.0.1:8740")
MEDIA_ORIGIN = config.media_url(PUBLIC_URL)
ATPROTO_DID = config.labeler_did("WATCHFLOOR_ATPROTO_DID")

CONTEXTS = [
    "ledger",
    "identity",
    "identity.signon",
    "items",
    "policy",
    "knowledge",
    "workforce",
    "oncall",
    "enforcement",
    "review",
    "detection",
    "detection.banks",
    "detection.campaigns",
    "detection.exchanges",
    "detection.likeness",
    "detection.modelling",
    "detection.reputation",
    "detection.streams",
    "intake",
    "appreview",
    "quality",
    "crisis",
    "training",
    "insight",
    "insight.boards",
    "insight.spikes",
    "insight.trends",
    "vendors",
    "staffing",
    "law",
    "transparency",
    "cybertip",
    "programme.facts",
    "programme.interventions",
    "programme.stakeholders",
    "programme.tracking",
    "programme.launches",
    "programme.reviews",
    "programme.risks",
    "programme.jira",
    "programme.improvements",
    "interop.mail",
    "interop.senders",
    "interop.activitypub",
    "interop.atproto",
    "interop.scim",
    "interop",
    "console",
    "demo",
]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    *[f"watchfloor.{name}.apps.Config" for name in CONTEXTS],
]

MIDDLEWARE = [
    "watchfloor.platform.timing.timing",
    "django.middleware.security.SecurityMiddleware",
    "watchfloor.platform.middleware.security_headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "watchfloor.identity.middleware.first_run",
    "watchfloor.identity.middleware.idle",
    "watchfloor.identity.signon.middleware.sessions_hold",
    "watchfloor.identity.middleware.viewer",
    "watchfloor.identity.middleware.set_actor",
    "watchfloor.platform.middleware.errors_for_people",
]

ROOT_URLCONF = "watchfloor.console.urls"
ASGI_APPLICATION = "watchfloor.console.asgi.application"

_CONTEXT_PROCESSORS = [
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
    "watchfloor.console.context.shell",
    "watchfloor.identity.context.sign_in",
    "watchfloor.identity.context.bell",
    "watchfloor.oncall.context.bell",
    "watchfloor.programme.improvements.context.box",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": True,
        "OPTIONS": {"environment": "watchfloor.console.jinja.environment", "context_processors": _CONTEXT_PROCESSORS},
    },
    {  # allauth's own pages only: its layouts are ours (in DIRS), its elements are ours in Jinja2
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "identity" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": _CONTEXT_PROCESSORS[:3]},
    },
]

DATABASES = {"default": config.database()}
if _pool := pools.options(os.environ.get("WATCHFLOOR_ROLE", "")):
    # Under ASGI each request has a thread of its own, in a worker each loop: connections live in a pool, not in threads.
    DATABASES["default"]["CONN_MAX_AGE"] = 0  # health checks are the pool's
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = _pool  # type: ignore[index]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "identity.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "watchfloor.identity.passwords.NotOfThisPlace"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "watchfloor.identity.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = PUBLIC_URL.startswith(("http://127.0.0.1", "http://localhost"))
EMAIL_BACKEND = os.environ.get("WATCHFLOOR_EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
DEFAULT_FROM_EMAIL = os.environ.get("WATCHFLOOR_EMAIL_FROM", "watchfloor@localhost")
METRICS_ALLOW = [each.strip() for each in os.environ.get("WATCHFLOOR_METRICS_ALLOW", "").split(",") if each.strip()]
PAGERDUTY_EVENTS_URL = os.environ.get("WATCHFLOOR_PAGERDUTY_URL", "https://events.pagerduty.com/v2/enqueue")

PASSWORD_RESET_TIMEOUT = 72 * 3600  # of one-time links, an invitation's too
SESSION_IDLE_MINUTES = config.whole("WATCHFLOOR_IDLE_MINUTES", 480, least=1)
# How long a certificate still counts after a newer version of its policy has come into force.
CERTIFICATE_GRACE_DAYS = config.whole("WATCHFLOOR_CERTIFICATE_GRACE_DAYS", 14)
LEASE_IDLE_MINUTES = config.whole("WATCHFLOOR_LEASE_IDLE_MINUTES", 10)  # without focus; then the job goes back
# What an hour of the house's own people costs, and the currency.
HOUSE_HOURLY = config.an_hour("WATCHFLOOR_HOUSE_HOURLY")
# Submissions of one website that its own model learns in a day.
SITE_LABELS = config.whole("WATCHFLOOR_SITE_LABELS", 1000)
# Open cases with one link or near-duplicate text that are put together as one job (0: only people do that).
CLUSTER_AT = config.whole("WATCHFLOOR_CLUSTER_AT", 0)
# Campaigns are looked for among what was reported or flagged in so many days, under these policies.
CAMPAIGN_DAYS = config.whole("WATCHFLOOR_CAMPAIGN_DAYS", 14, least=1)
CAMPAIGN_POLICIES = [
    each.strip()
    for each in os.environ.get("WATCHFLOOR_CAMPAIGN_POLICIES", "spam,scam,manipulation").split(",")
    if each.strip()
]
CSRF_FAILURE_VIEW = "watchfloor.console.errors.csrf_failure"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_URL.startswith("https://")
CSRF_COOKIE_HTTPONLY = True  # scripts read the token from the page
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # words about people stay out of cookies
if SESSION_COOKIE_SECURE:  # a name that browsers take from this host alone, and only over TLS
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME, LANGUAGE_COOKIE_NAME = "__Host-session", "__Host-csrf", "__Host-language"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español"), ("ja", "日本語"), ("ar", "العربية")]
LOCALE_PATHS = [PACKAGE / "console" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000  # long lists are chosen from in one form

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "watchfloor.platform.logs.of_stream"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": config.log_level("WATCHFLOOR_LOG")},
}
