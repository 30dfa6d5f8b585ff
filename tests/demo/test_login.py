"""The shop's login, walked over its pages: one door, the second factor behind it, tokens that say when and how."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from demo.count import __file__ as demo_file


@pytest.fixture(scope="module")
def seen(shop_file: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    # A state of its own: used TOTP codes are remembered in it, and a second run within 30 s would be refused.
    state = tmp_path_factory.mktemp("state")
    shutil.copyfile(shop_file, state / "shop.sqlite3")
    root = Path(demo_file).resolve().parents[1]
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("login_walk.py"))],
        cwd=root,
        env={
            **os.environ,
            "PYTHONPATH": str(root),
            "SHOP_STATE_DIR": str(state),
            "SHOP_DATABASE_URL": f"sqlite:///{state}/shop.sqlite3",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    result: dict[str, object] = json.loads(done.stdout)
    return result


def test_every_single_factor_door_leads_to_the_one_with_the_second_factor(seen: dict[str, object]) -> None:
    assert seen["closed"] == {
        "/accounts/login/": "/account/login/",
        "/accounts/register/": "/account/signup/",
        "/password-reset/": "/account/password/reset/",
        "/dashboard/login/": "/account/login/",
        "/admin/login/": "/account/login/",
    }


def test_pages_open(seen: dict[str, object]) -> None:
    assert seen["pages"] == {"/catalogue/": 200, "/account/login/": 200, "/about/": 200}


def test_authorize_refuses_what_has_no_s256_challenge(seen: dict[str, object]) -> None:
    assert (seen["without_pkce"], seen["plain_pkce"]) == (400, 400)


def test_password_alone_gives_no_code_to_a_member_with_a_second_factor(seen: dict[str, object]) -> None:
    assert seen["logged_out"] == "/account/login/"
    assert seen["after_password"] == "/account/2fa/authenticate/"
    assert seen["code_before_second_factor"] == "/account/login/"


def test_id_token_says_who_when_and_by_what(seen: dict[str, object]) -> None:
    assert seen["claims"] == {
        "sub": "3",
        "email": "sumin.han@example.com",
        "email_verified": True,
        "amr": ["mfa", "otp", "pwd"],
        "nonce": "n",
    }
    assert isinstance(seen["auth_age_seconds"], float) and 0 <= seen["auth_age_seconds"] < 60


def test_code_is_good_once(seen: dict[str, object]) -> None:
    assert seen["replayed_code"] == 400


def test_old_login_is_asked_again_and_its_second_factor_too(seen: dict[str, object]) -> None:
    assert seen["stale"] == "/account/reauthenticate/"
    assert seen["fresh_password_only"] == "/account/2fa/reauthenticate/"
