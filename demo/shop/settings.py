"""Settings of the demo shop. Everything that differs between machines comes from the environment.

SHOP_DATABASE_URL  where the shop's rows live (default: sqlite under demo/build/)
SHOP_STATE_DIR     where the search index, uploads, caches and the login key live (default: demo/build/)
SHOP_URL           where browsers reach the shop (default: http://localhost:8000)
SHOP_DEBUG         1 for Django's debug pages
"""

import os
from pathlib import Path

from oscar import INSTALLED_APPS as OSCAR_APPS
from oscar.defaults import *

from demo.shop.database import database_from_url
from demo.shop.login_key import login_key

HERE = Path(__file__).resolve().parent
STATE_DIR = Path(os.environ.get("SHOP_STATE_DIR", HERE.parent / "build")).absolute()
SHOP_URL = os.environ.get("SHOP_URL", "http://localhost:8000")

# A demo's key: it protects made-up people only.
SECRET_KEY = "demo-shop-of-made-up-people-not-a-secret-9f1c2e7a"
DEBUG = os.environ.get("SHOP_DEBUG") == "1"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "demo.shop.urls"
WSGI_APPLICATION = "demo.shop.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
SITE_ID = 1

INSTALLED_APPS = [
    *OSCAR_APPS,
    "sorl.thumbnail",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.idp.oidc",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "oscar.apps.basket.middleware.BasketMiddleware",
    "django.contrib.flatpages.middleware.FlatpageFallbackMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "oscar.apps.search.context_processors.search_form",
                "oscar.apps.checkout.context_processors.checkout",
                "oscar.apps.communication.notifications.context_processors.notifications",
                "oscar.core.context_processors.metadata",
            ],
        },
    },
]

DATABASES = {
    "default": {
        **database_from_url(os.environ.get("SHOP_DATABASE_URL", f"sqlite:///{STATE_DIR}/shop.sqlite3")),
        "ATOMIC_REQUESTS": True,
    }
}
# One-time login codes live in the cache: a file cache, so that several processes see the same ones.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": STATE_DIR / "cache"}
}
HAYSTACK_CONNECTIONS = {
    "default": {"ENGINE": "haystack.backends.whoosh_backend.WhooshEngine", "PATH": str(STATE_DIR / "search")}
}

LANGUAGE_CODE = "ko"
LANGUAGES = [("ko", "한국어"), ("en", "English")]
TIME_ZONE = "Asia/Seoul"
USE_TZ = True
PHONENUMBER_DEFAULT_REGION = "KR"
STATIC_URL = "/static/"
STATIC_ROOT = STATE_DIR / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = STATE_DIR / "media"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = STATE_DIR / "mail"
DEFAULT_FROM_EMAIL = "shop@oscar-books.example"

OSCAR_SHOP_NAME = "Oscar Books"
OSCAR_SHOP_TAGLINE = "데모 서점"
OSCAR_FROM_EMAIL = DEFAULT_FROM_EMAIL
OSCAR_DEFAULT_CURRENCY = "KRW"
OSCAR_ALLOW_ANON_CHECKOUT = False  # with it on, checkout logs a member with a second factor in by password only
OSCAR_SLUG_ALLOW_UNICODE = False  # Hangul slugs make product pages redirect for ever: slugs are given, in ASCII
OSCAR_INITIAL_ORDER_STATUS = "Pending"
OSCAR_INITIAL_LINE_STATUS = "Pending"
OSCAR_ORDER_STATUS_PIPELINE = {
    "Pending": ("Being processed", "Cancelled"),
    "Being processed": ("Complete", "Cancelled"),
    "Complete": (),
    "Cancelled": (),
}
OSCAR_LINE_STATUS_PIPELINE = OSCAR_ORDER_STATUS_PIPELINE
OSCAR_ORDER_STATUS_CASCADE = {status: status for status in ("Being processed", "Complete", "Cancelled")}

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
# The demo logs the same member in many times a minute.
ACCOUNT_RATE_LIMITS = False
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = OSCAR_SHOP_NAME
IDP_OIDC_PRIVATE_KEY = login_key(STATE_DIR / "login-key.pem")
IDP_OIDC_ADAPTER = "demo.shop.oidc.LoginEventAdapter"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {"django": {"handlers": ["console"], "level": "WARNING"}},
}
