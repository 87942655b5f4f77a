"""Settings, read from the environment once. `.env.example` lists every variable with its meaning.

Without `DATABASE_URL` the addresses come from `.local/services.env`, which `make services` writes for the embedded
PostgreSQL and Valkey; that file is the only default, so a forgotten variable never points at a stranger's server.
"""

from __future__ import annotations

import os
import secrets
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import dj_database_url
from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
LOCAL_DIR = BASE_DIR / ".local"


def _embedded_services() -> dict[str, str]:
    file = LOCAL_DIR / "services.env"
    if not file.exists():
        return {}
    lines = (line.partition("=") for line in file.read_text().splitlines())
    return {key: value for key, __, value in lines if value}


_defaults = {} if "DATABASE_URL" in os.environ else _embedded_services()


def env(name: str, default: str = "") -> str:
    return os.environ.get(name) or _defaults.get(name, default)


def _flag(name: str, default: str = "0") -> bool:
    return env(name, default).lower() in {"1", "true", "yes", "on"}


def _secret_key() -> str:
    """From the environment; in development a random one that is kept, so that sessions survive a restart."""
    if key := env("SECRET_KEY"):
        return key
    if not DEBUG:
        return ""  # Django refuses to start without a key and says so
    file = LOCAL_DIR / "secret_key"
    if not file.exists():
        LOCAL_DIR.mkdir(exist_ok=True)
        file.write_text(secrets.token_urlsafe(50))
        file.chmod(0o600)
    return file.read_text()


TESTING = "pytest" in sys.modules
DEBUG = _flag("DEBUG", "1" if not env("SECRET_KEY") and _defaults else "0") or TESTING
SECRET_KEY = _secret_key()
ALLOWED_HOSTS = env("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in env("CSRF_TRUSTED_ORIGINS").split(",") if origin]
HTTPS = _flag("HTTPS")

INSTALLED_APPS = [
    "salesops.apps.SalesOpsConfig",
    "accounts",
    "pipeline",
    "targets",
    "incentives",
    "reviews",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "salesops.lib.htmx.HtmxSessionExpiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.access.middleware.LanguageMiddleware",
    "accounts.access.middleware.TenantMiddleware",
]

ROOT_URLCONF = "salesops.urls"
WSGI_APPLICATION = "salesops.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "accounts.access.context.shell",
            ],
            "libraries": {"ui": "salesops.lib.templatetags.ui"},
            "builtins": ["salesops.lib.templatetags.ui"],
        },
    }
]

# --- Databases: the application role reads and writes, the owner migrates, ops looks after all tenants ---------------


def _database(url: str, engine: str) -> dict[str, Any]:
    return {
        **dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True),
        "ENGINE": engine,
        "DISABLE_SERVER_SIDE_CURSORS": True,  # a transaction pooler gives each statement another connection
    }


DATABASES: dict[str, Any] = {}
if _url := env("DATABASE_URL"):
    DATABASES["default"] = {**_database(_url, "accounts.tenancy.postgres"), "ATOMIC_REQUESTS": True}
for _alias, _name in (("owner", "DATABASE_OWNER_URL"), ("ops", "DATABASE_OPS_URL")):
    if _url := env(_name):
        DATABASES[_alias] = _database(_url, "django.db.backends.postgresql")
DATABASE_ROUTERS = ["accounts.tenancy.router.OwnerMigrates"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Redis: a hint channel and a cache; losing it loses nothing -------------------------------------------------------

REDIS_URL = env("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "accounts.access.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": 3, "socket_connect_timeout": 3},
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
}

CELERY_BROKER_URL = REDIS_URL or "memory://"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_TIME_LIMIT = 3000  # below the visibility timeout: a longer task would be delivered twice
CELERY_TASK_SOFT_TIME_LIMIT = 2900
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # workers and beat wait for Redis however long it is away
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 3,
    "socket_keepalive": True,
}
CELERY_TASK_DEFAULT_QUEUE = "web"
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "schedule-nights": {"task": "salesops.nightly.schedule_nights", "schedule": crontab(minute="*")},
    "dispatch-jobs": {"task": "accounts.jobs.tasks.dispatch_jobs", "schedule": crontab(minute="*")},
    "sweep-outbox": {"task": "accounts.notifications.tasks.sweep_outbox", "schedule": crontab(minute="*")},
}
CELERY_BEAT_SCHEDULE_FILENAME = env("CELERY_BEAT_SCHEDULE_FILENAME", str(LOCAL_DIR / "celerybeat-schedule"))

# --- Sign-in ----------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = env("EMAIL_VERIFICATION", "none")
ACCOUNT_ADAPTER = "accounts.people.adapter.AccountAdapter"
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG  # browsers take http://localhost for secure; every other http they refuse
MFA_TOTP_ISSUER = "SalesOps"
# Whoever has not confirmed an e-mail may still set up the second step that their company demands; where confirming is
# mandatory (EMAIL_VERIFICATION), nobody gets this far without.
MFA_ALLOW_UNVERIFIED_EMAIL = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # whoever has no account gets no mail; the page says the same either way
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = int(timedelta(days=14).total_seconds())
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- Security ---------------------------------------------------------------------------------------------------------

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "accounts.access.refusals.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024  # form fields; files are bounded by the import room
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# --- Languages, static files, mail ------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese")), ("zh-hant", _("Traditional Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_COOKIE_NAME = "language"

# Static files from where they are built, instead of `collectstatic`'s hashed and compressed copies (the demo's way).
SERVE_SOURCES = _flag("SERVE_SOURCES", "1" if DEBUG else "0")
STATIC_URL = "/static/"
STATICFILES_DIRS = [("app", BASE_DIR / "static" / "dist"), ("img", BASE_DIR / "static" / "img")]
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if SERVE_SOURCES
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = SERVE_SOURCES
# smtp://user:password@host:587 (STARTTLS on that port), smtps://… (TLS at once), file:///folder; empty: to the log.
_mail = urlsplit(env("EMAIL_URL"))
_MAILERS = {"smtp": "smtp", "smtps": "smtp", "file": "filebased", "": "console"}
EMAIL_BACKEND = env("EMAIL_BACKEND", f"django.core.mail.backends.{_MAILERS[_mail.scheme]}.EmailBackend")
EMAIL_FILE_PATH = _mail.path or None
EMAIL_HOST = _mail.hostname or "localhost"
EMAIL_PORT = _mail.port or (465 if _mail.scheme == "smtps" else 25)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
EMAIL_USE_SSL = _mail.scheme == "smtps"
EMAIL_USE_TLS = _mail.scheme == "smtp" and EMAIL_PORT == 587
EMAIL_TIMEOUT = 30  # well below the ten minutes for which a sender holds a mail
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", "SalesOps <no-reply@localhost>")
# Where links in mails point: this site as people reach it.
SITE_URL = env("SITE_URL", "http://localhost:8000").rstrip("/")

# --- REST -------------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["accounts.access.api.StorableJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "accounts.access.api.problem_details",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "SalesOps API",
    "DESCRIPTION": "Everything inside a tenant lives below /t/<tenant>/api/v1/.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "ActivityKind": "pipeline.activities.models.Activity.Kind",
        "TargetNodeKind": "targets.cascade.models.TargetNode.Kind",
        "RiskSeverity": "pipeline.risks.registry.Severity",
        "JobState": "accounts.jobs.models.JobState",
        "PayoutState": "incentives.payouts.models.PayoutBatch.State",
        "StageKind": "pipeline.deals.models.Stage.Kind",
        "StageForecast": "pipeline.deals.models.Stage.Forecast",
        "SplitKind": "pipeline.deals.models.Split.Kind",
        "TargetState": "targets.cascade.models.TargetPlan.State",
        "HandoverState": "pipeline.handover.models.Handover.State",
        "VisitState": "pipeline.visits.models.Visit.State",
        "VisitOutcome": "pipeline.visits.models.Visit.Outcome",
        "ReviewState": "reviews.cycles.models.Review.State",
        "FeedbackState": "reviews.feedback.models.State",
        "FeedbackKind": "reviews.feedback.models.Kind",
        "FeedbackSeverity": "reviews.feedback.models.Severity",
        "FeedbackEntryKind": "reviews.feedback.models.FeedbackEntry.Kind",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", "INFO")},
}

# The clock that views and tasks read starts here instead of now (an ISO time with offset): for demos and tests.
CLOCK_START = env("SALESOPS_CLOCK_START")
