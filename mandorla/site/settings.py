"""How one installation is set up: everything an operator may change comes from the environment or the data folder."""

from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from mandorla.site import lan, languages, secrets

env = environ.Env()

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(env.str("MANDORLA_DATA", default="") or "var").resolve()  # set but empty counts as not set
SECRETS = secrets.read(DATA)
SECRET_KEY = SECRETS.django
NAME_KEY = SECRETS.names
SERVER_KEY = SECRETS.server
VAPID_KEY = SECRETS.vapid

DEBUG = False
LAN = env.bool("MANDORLA_LAN", default=False)  # set by --lan: https with a certificate made here
TLS = LAN or env.bool("MANDORLA_TLS", default=False)
PROXY = env.str("MANDORLA_PROXY", default="")  # addresses of the proxy in front, separated by commas
WORKERS = env.int("MANDORLA_WORKERS", default=1)
THIS_MACHINE = ["127.0.0.1", "localhost", "[::1]"]
ALLOWED_HOSTS = lan.names() if LAN else env.list("MANDORLA_HOSTS", default=THIS_MACHINE)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.staticfiles",
    "csp",
    "mandorla.vault",
    "mandorla.accounts",
    "mandorla.spaces",
    "mandorla.safety",
    "mandorla.coach",
    "mandorla.notices",
    "mandorla.learn",
    "mandorla.dialogue",
    "mandorla.site",
]

MIDDLEWARE = [
    "mandorla.site.middleware.Answer",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "mandorla.site.middleware.Zone",
    "django.middleware.common.CommonMiddleware",
    "mandorla.site.middleware.SameOrigin",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "mandorla.vault.middleware.Unlock",
    "mandorla.accounts.middleware.Settled",
]

ROOT_URLCONF = "mandorla.site.urls"
WSGI_APPLICATION = "mandorla.site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [
            ROOT / name / "templates"
            for name in ("site", "dialogue", "learn", "notices", "coach", "safety", "spaces", "accounts")
        ],
        "OPTIONS": {
            "environment": "mandorla.site.templating.environment",
            "context_processors": ["mandorla.site.templating.page"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

SQLITE = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 3,  # a page that cannot write within three seconds says so
    "init_command": ";".join(
        f"PRAGMA {pragma}"
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
            "temp_store=MEMORY",
            "trusted_schema=OFF",
            "cell_size_check=ON",
            "journal_size_limit=67108864",
        )
    ),
}
POSTGRES = {
    "server_side_binding": True,
    "options": "-c synchronous_commit=on -c lock_timeout=3s -c statement_timeout=15s"
    " -c idle_in_transaction_session_timeout=10s",
}
DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db("DATABASE_URL")
    if "DATABASE_URL" in env
    else {"ENGINE": "django.db.backends.sqlite3", "NAME": str(DATA / "mandorla.sqlite3")}
}
if DATABASES["default"]["ENGINE"].rpartition(".")[2] not in ("sqlite3", "postgresql"):
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL database")
DATABASES["default"]["CONN_MAX_AGE"] = None
DATABASES["default"]["OPTIONS"] = SQLITE if "sqlite" in DATABASES["default"]["ENGINE"] else POSTGRES
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["mandorla.accounts.backends.Passphrase"]
PASSWORD_HASHERS: list[str] = []  # the vault compares verifiers; Django must never make a hash of its own
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "dialogue:home"

SESSION_ENGINE = "mandorla.vault.backends"
SESSION_SAVE_EVERY_REQUEST = False
HOST_PREFIX = "__Host-" if TLS else ""
SESSION_COOKIE_NAME = f"{HOST_PREFIX}s"
SESSION_COOKIE_SAMESITE = "Lax"
UNLOCK_COOKIE_NAME = f"{HOST_PREFIX}k"
CODE_COOKIE_NAME = f"{HOST_PREFIX}r"  # a recovery code on its way to paper, sealed for its owner
CSRF_COOKIE_NAME = f"{HOST_PREFIX}c"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
LANGUAGE_COOKIE_NAME = f"{HOST_PREFIX}l"  # there once somebody chose another than the browser asks for
LANGUAGE_COOKIE_AGE = 31_536_000
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = TLS
CSRF_FAILURE_VIEW = "mandorla.site.answers.foreign"

IDLE_MINUTES = min(env.int("MANDORLA_IDLE_MINUTES", default=15), 30)
SESSION_HOURS = min(env.int("MANDORLA_SESSION_HOURS", default=12), 24)
GENTLE_PATH = env.int("MANDORLA_GENTLE_PATH", default=3)  # longest gentle path, in dialogues; 0 switches it off
EXTRA_SCRIPTS = env.list("MANDORLA_SCRIPTS", default=[])  # further folders of dialogue scripts
ARGON2_MIB = env.int("MANDORLA_ARGON2_MIB", default=128)
TURN_URLS = env.list("MANDORLA_TURN_URLS", default=[])  # where devices in a video dialogue find a way to each other
TURN_SECRET = env.str("MANDORLA_TURN_SECRET", default="")
EXIT_TO = env.str("MANDORLA_EXIT_TO", default="https://www.wikipedia.org/")  # where the quick exit goes

# Notices, for those who ask for them. Mail goes through the operator's server or not at all.
MAIL = env.str("MANDORLA_MAIL", default="")
vars().update(env.email_url_config(MAIL or "smtp://"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("MANDORLA_MAIL_FROM", default="")
MAIL_SUBJECT = env.str("MANDORLA_MAIL_SUBJECT", default="")
PUSH_SERVICES = env.list(
    "MANDORLA_PUSH_SERVICES",
    default=[
        "https://fcm.googleapis.com",
        "https://*.push.services.mozilla.com",
        "https://*.notify.windows.com",
        "https://*.push.apple.com",
    ],
)
CONTACT = env.str("MANDORLA_CONTACT", default="")  # how a push service may reach the operator
SENDER = env.bool("MANDORLA_SENDER", default=True)  # off: `mandorla notices` does it

SECURE_SSL_REDIRECT = TLS
SECURE_HSTS_SECONDS = 63_072_000 if TLS and not LAN else 0  # a certificate made here must stay clickable
SECURE_HSTS_INCLUDE_SUBDOMAINS = TLS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "no-referrer"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["mandorla"],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: [] for name in ("camera", "microphone", "geolocation", "display-capture", "payment", "usb")
}

LANGUAGE_CODE = languages.FIRST.code
TRANSLATIONS = [ROOT / "site" / "locale", *map(Path, env.list("MANDORLA_TRANSLATIONS", default=[]))]
SPOKEN = languages.spoken(TRANSLATIONS)
LANGUAGES = [(one.code, one.name) for one in SPOKEN]
UNREVIEWED = {one.code for one in SPOKEN if not one.reviewed}
LOCALE_PATHS = [DATA / "locale"]  # compiled there at the start
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS: list[Path] = []
WHITENOISE_ALLOW_ALL_ORIGINS = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "mandorla.site.statics.Statics"},
}
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576  # a whole sheet to prepare with, in any script, as a form sends it
SILENCED_SYSTEM_CHECKS = [
    "security.W002",  # frame-ancestors says what X-Frame-Options would
    "security.W003",  # SameOrigin is the CSRF middleware
    "security.W021",  # HSTS preload is the operator's to ask for
]

LOGGING_CONFIG = None
