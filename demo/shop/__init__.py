"""A Django project made of packages only: django-oscar sells, django-allauth logs members in."""
