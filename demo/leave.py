"""The shop's own way out: `python -m demo.leave --member demo-member` deletes the profile as Oscar's page does.

The member logs in and confirms with the password on Oscar's own view, so whatever Oscar does is done, and nothing else.
"""

import argparse
import os
import sys


def leave(account) -> None:
    """Deletes the account through Oscar's view.

    Raises:
        RuntimeError: if the account is still there afterwards.
    """
    from django.conf import settings
    from django.test import Client
    from django.urls import reverse

    from demo.shop.populate.accounts import DEMO_PASSWORD

    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns where there is none
    browser = Client()
    browser.force_login(account, backend=settings.AUTHENTICATION_BACKENDS[0])
    # ATOMIC_REQUESTS: by the time of the answer everything is committed.
    answer = browser.post(reverse("customer:profile-delete"), {"password": DEMO_PASSWORD})
    if type(account).objects.filter(pk=account.pk).exists():
        raise RuntimeError(f"Oscar answered {answer.status_code} and kept the account")
    browser.logout()  # the session this walk made is not the member's


def main(arguments: list[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m demo.leave", description="Delete a profile as Oscar's page does.")
    parser.add_argument("--member", required=True, help="username or id")
    options = parser.parse_args(arguments)
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demo.shop.settings")
    django.setup()
    from demo.count import find_account, rows_per_table

    try:
        account = find_account(options.member)
    except LookupError as error:
        print(f"demo.leave: {error.args[0]}", file=sys.stderr)
        return 1
    before = rows_per_table()
    leave(account)
    after = rows_per_table()
    gone = {table: before[table] - after[table] for table in before if before[table] != after[table]}
    for table, count in gone.items():
        print(f"{count:6}  {table}")
    print(f"{sum(gone.values())} rows of {len(gone)} tables are gone")
    return 0


if __name__ == "__main__":
    sys.exit(main())
