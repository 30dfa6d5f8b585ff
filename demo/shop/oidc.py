from allauth.idp.oidc.adapter import DefaultOIDCAdapter


class LoginEventAdapter(DefaultOIDCAdapter):
    pass
