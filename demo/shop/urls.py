from django.apps import apps
from django.urls import include, path

urlpatterns = [path("", include("allauth.idp.urls")), path("", include("allauth.urls")), path("", include(apps.get_app_config("oscar").urls[0]))]
