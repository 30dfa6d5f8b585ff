"""The shop's login for relying parties: what allauth's provider leaves out of the id_token."""

from collections.abc import Iterable

from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.models import Client

from demo.shop import login_events


class LoginEventAdapter(DefaultOIDCAdapter):
    """Adds `auth_time` and `amr` to the id_token, from the login that the code was issued under."""

    def populate_id_token(
        self, id_token: dict[str, object], client: Client, scopes: Iterable[str], **kwargs: object
    ) -> None:
        """Leaves both out where the login is not known: a relying party that asked for them must then refuse."""
        event = login_events.recall(client.id, self.request.POST.get("code", ""))
        if event:
            id_token["auth_time"] = event.auth_time
            id_token["amr"] = list(event.amr)
