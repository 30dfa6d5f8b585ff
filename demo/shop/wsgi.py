"""The shop as a WSGI application: `demo.shop.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demo.shop.settings")
application = get_wsgi_application()
