"""The demo: a real shop (django-oscar with django-allauth) that Adieu is run against. Never installed with Adieu."""
