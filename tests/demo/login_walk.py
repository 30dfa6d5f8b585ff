"""Walks the shop's login with Django's test client, in a process of its own, and prints what it saw as JSON."""

import base64
import hashlib
import json
import os
import time
from urllib.parse import parse_qs, urlsplit

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "demo.shop.settings"
django.setup()

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value  # noqa: E402
from demo.shop.populate.accounts import DEMO_PASSWORD  # noqa: E402
from demo.shop.populate.cases import DEMO_TOTP_SECRET  # noqa: E402
from demo.shop.populate.catalogue import CLIENT_ID, CLIENT_REDIRECTS, CLIENT_SECRET  # noqa: E402
from django.test import Client  # noqa: E402

VERIFIER = "v" * 64
AUTHORIZE = "/identity/o/authorize"
seen: dict[str, object] = {}
browser = Client()
asked = {
    "response_type": "code",
    "client_id": CLIENT_ID,
    "redirect_uri": CLIENT_REDIRECTS.split()[0],
    "scope": "openid email",
    "state": "s",
    "nonce": "n",
    "max_age": "120",
    "code_challenge": base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode(),
    "code_challenge_method": "S256",
}

seen["closed"] = {
    page: browser.get(page).headers.get("Location")
    for page in ("/accounts/login/", "/accounts/register/", "/password-reset/", "/dashboard/login/", "/admin/login/")
}
seen["pages"] = {page: browser.get(page).status_code for page in ("/catalogue/", "/account/login/", "/about/")}
seen["without_pkce"] = browser.get(AUTHORIZE, {**asked, "code_challenge": ""}).status_code
seen["plain_pkce"] = browser.get(AUTHORIZE, {**asked, "code_challenge_method": "plain"}).status_code
seen["logged_out"] = urlsplit(browser.get(AUTHORIZE, asked).headers["Location"]).path

answer = browser.post("/account/login/", {"login": "sumin.han@example.com", "password": DEMO_PASSWORD})
seen["after_password"] = answer.headers.get("Location")
seen["code_before_second_factor"] = urlsplit(browser.get(AUTHORIZE, asked).headers["Location"]).path
totp = format_hotp_value(hotp_value(base64.b32encode(DEMO_TOTP_SECRET).decode(), int(time.time()) // 30))
seen["after_totp"] = browser.post("/account/2fa/authenticate/", {"code": totp}).status_code

code = parse_qs(urlsplit(browser.get(AUTHORIZE, asked).headers["Location"]).query)["code"][0]
exchange = {
    "grant_type": "authorization_code",
    "code": code,
    "redirect_uri": asked["redirect_uri"],
    "code_verifier": VERIFIER,
    "client_id": CLIENT_ID,
    "client_secret": CLIENT_SECRET,
}
token = Client().post("/identity/o/api/token", exchange)
seen["replayed_code"] = Client().post("/identity/o/api/token", exchange).status_code
body = token.json()["id_token"].split(".")[1]
claims = json.loads(base64.urlsafe_b64decode(body + "=="))
seen["claims"] = {name: claims.get(name) for name in ("sub", "email", "email_verified", "amr", "nonce")}
seen["auth_age_seconds"] = time.time() - claims["auth_time"]

session = browser.session
for record in session["account_authentication_methods"]:
    record["at"] -= 3600
session.save()
seen["stale"] = urlsplit(browser.get(AUTHORIZE, asked).headers["Location"]).path
browser.post("/account/reauthenticate/", {"password": DEMO_PASSWORD})
seen["fresh_password_only"] = urlsplit(browser.get(AUTHORIZE, asked).headers["Location"]).path
print(json.dumps(seen))
