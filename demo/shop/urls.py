"""The shop's addresses. What comes first wins: the doors stand before what they close."""

from django.apps import apps
from django.contrib import admin
from django.urls import include, path

from demo.shop.doors import authorize, to_the_one_door

_login, _reset = to_the_one_door("account_login"), to_the_one_door("account_reset_password")

urlpatterns = [
    path("identity/o/authorize", authorize),
    path("", include("allauth.idp.urls")),
    path("account/", include("allauth.urls")),
    # Oscar's and Django's own doors know no second factor.
    path("accounts/login/", _login),
    path("accounts/register/", to_the_one_door("account_signup")),
    path("password-reset/", _reset),
    path("password-reset/confirm/<str:uidb64>/<str:token>/", _reset),
    path("dashboard/login/", _login),
    path("admin/login/", _login),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include(apps.get_app_config("oscar").urls[0])),
]
