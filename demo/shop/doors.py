"""The shop's doors: one way in, with the second factor, and an authorize endpoint that keeps what it promises."""

from urllib.parse import parse_qs, urlencode, urlsplit

from allauth.idp.oidc.views import authorization
from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_deny
from django.views.decorators.csrf import csrf_exempt

from demo.shop import login_events


def to_the_one_door(name: str):
    """A view that sends to allauth's page of that name, the query (`next`) kept.

    Oscar's own login asks for the password only, also from a member with a second factor.
    """

    def view(request: HttpRequest, **_: object) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        return HttpResponseRedirect(reverse(name) + (f"?{query}" if query else ""))

    return view


@csrf_exempt  # allauth's view checks the token itself where one is due
@xframe_options_deny
def authorize(request: HttpRequest) -> HttpResponse:
    """allauth's authorize endpoint, with PKCE S256 demanded and `max_age` obeyed (OpenID Connect Core 3.1.2.1)."""
    if request.method == "GET" and (refusal := _refusal(request)):
        return refusal
    response = authorization(request)
    event = login_events.current_event(request)
    codes = parse_qs(urlsplit(response.get("Location", "")).query).get("code")
    client_id = request.GET.get("client_id") or request.POST.get("client_id")
    if event and codes and client_id:
        login_events.remember(client_id, codes[0], event)
    return response


def _refusal(request: HttpRequest) -> HttpResponse | None:
    if not request.GET.get("code_challenge") or request.GET.get("code_challenge_method") != "S256":
        return HttpResponseBadRequest("PKCE with S256 is required")
    max_age = request.GET.get("max_age", "")
    if not max_age:
        return None
    if not max_age.isdecimal():
        return HttpResponseBadRequest("max_age must be a number of seconds")
    if not request.user.is_authenticated:
        return None  # allauth asks for the login, which is fresh then
    return _fresh_login(request, int(max_age))


def _fresh_login(request: HttpRequest, max_age_seconds: int) -> HttpResponse | None:
    """Sends to re-authentication, or None if the login is fresh and had the member's second factor, if they have one."""
    event = login_events.current_event(request)
    fresh = event is not None and event.is_within(max_age_seconds)
    has_factor = Authenticator.objects.filter(user=request.user, type=Authenticator.Type.TOTP).exists()
    if fresh and event and (not has_factor or "otp" in event.amr):
        return None
    if "none" in request.GET.get("prompt", "").split():
        return HttpResponseBadRequest("login_required")
    # A fresh password is not asked for twice; the missing second factor is.
    page = "mfa_reauthenticate" if fresh and has_factor else "account_reauthenticate"
    return HttpResponseRedirect(f"{reverse(page)}?{urlencode({'next': request.get_full_path()})}")
