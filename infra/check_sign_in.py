"""Rules for stacks where people sign in: docs/adr/0015-oauth-front-and-cognito.md."""

import re

from stack import STACKS, Stack, Unresolved

SCOPE = "todo-action/todos"
FLOWS = {"ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}


def problems(template, environment):
    """The problems of the sign-in. `environment` is the environment of the function."""
    wrong = []
    for parameters in STACKS:
        stack = Stack(template, parameters)
        try:
            given = stack.value(environment)
        except Unresolved as error:
            wrong.append(f"the function's environment: {error}")
            continue
        for name, value in expected(stack).items():
            if given.get(name) != value:
                wrong.append(f"{name} is {given.get(name)!r}, not {value!r}")
        if stack.has_pool():
            wrong += pool(stack) + client(stack, "GptClient", "RedirectUris", True)
            wrong += client(stack, "PublicClient", "PublicRedirectUris", False)
        else:
            wrong += [f"{name} is made without a user pool" for name in stack.made("AWS::Cognito::")]
    return wrong


def expected(stack):
    """The environment variables that the function of this stack must have."""
    given = stack.parameters
    return {
        "AUTH_MODE": given["AuthMode"],
        "OAUTH_ISSUER": "<UserPool.ProviderURL>" if stack.has_pool() else given["OAuthIssuer"],
        "OAUTH_CLIENT_ID": "<GptClient>" if stack.has_pool() else given["OAuthClientId"],
        "OAUTH_REDIRECT_URIS": ",".join(given["RedirectUris"]) if stack.signs_in() else "",
        "OAUTH_PUBLIC_CLIENT_ID": "<PublicClient>" if stack.has_pool() else given["OAuthPublicClientId"],
        "OAUTH_PUBLIC_REDIRECT_URIS": ",".join(given["PublicRedirectUris"]) if stack.signs_in() else "",
        "OAUTH_SCOPE": (SCOPE if stack.has_pool() else given["OAuthScope"]) if stack.signs_in() else "",
        "OAUTH_AUDIENCE": given["OAuthAudience"],
    }


def pool(stack):
    """The problems of the user pool, its scope and its login pages."""
    made, resources = stack.made("AWS::Cognito::"), stack.template["Resources"]
    wrong = [f"{name} goes with the stack" for name in made if not resources[name].get("DeletionPolicy", "").startswith("Retain")]
    own, domain = made["UserPool"], made["UserPoolDomain"]
    policies = [resources["UserPool"].get(name) for name in ("DeletionPolicy", "UpdateReplacePolicy")]
    protection = "ACTIVE" if stack.is_protected() else "INACTIVE"
    scopes = [f"{made['TodosScope']['Identifier']}/{scope['ScopeName']}" for scope in made["TodosScope"]["Scopes"]]
    branded = {one["ClientId"] for one in stack.made("AWS::Cognito::ManagedLoginBranding").values()}
    rules = {
        "the user pool goes with the stack, or outlives a failed deployment": policies == ["RetainExceptOnCreate", "Retain"],
        f"the protection of the user pool is not {protection}": own.get("DeletionProtection") == protection,
        "everybody can sign up by default": own["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] == "true",
        "one address in two spellings is two people": own["UsernameConfiguration"]["CaseSensitive"] is False,
        f"the scopes are {scopes}": scopes == [SCOPE],
        f"Cognito takes no login domain {domain['Domain']!r}": is_prefix(domain["Domain"]),
        f"only {sorted(branded)} have login pages": domain["ManagedLoginVersion"] != 2 or branded == {"<GptClient>", "<PublicClient>"},
    }
    return wrong + [what for what, holds in rules.items() if not holds]


def client(stack, name, uris, secret):
    """The problems of a client of the user pool."""
    own = stack.made("AWS::Cognito::UserPoolClient")[name]
    rotates = own.get("RefreshTokenRotation", {}).get("Feature") == "ENABLED"
    flows = set(own.get("ExplicitAuthFlows", []))
    callbacks = own.get("CallbackURLs", [])
    rules = {
        "has a secret, or none, against its kind": own.get("GenerateSecret") is secret,
        "has other redirect URIs than the function knows": callbacks == stack.parameters[uris],
        "has a redirect URI that Cognito refuses": all(map(is_callback, callbacks)) and len(set(callbacks)) == len(callbacks),
        "allows another flow than that with a code": own.get("AllowedOAuthFlows") == ["code"],
        "has no flow at all": own.get("AllowedOAuthFlowsUserPoolClient") is True,
        "gives other scopes": own.get("AllowedOAuthScopes") == ["openid", SCOPE],
        "is made before its scope": stack.template["Resources"][name].get("DependsOn") == "TodosScope",
        # If this list is empty, Cognito uses its default list, which allows more flows than FLOWS.
        "takes passwords at Cognito's API": bool(flows) and flows <= FLOWS,
        "rotates refresh tokens, or does not, against its kind": rotates is not secret,
        "cannot be made, with or without rotation": rotates is not ("ALLOW_REFRESH_TOKEN_AUTH" in flows),
        "tells who has an account": own.get("PreventUserExistenceErrors") == "ENABLED",
        "has tokens that cannot be revoked": own.get("EnableTokenRevocation") is True,
    }
    return [f"{name} {what}" for what, holds in rules.items() if not holds]


def is_prefix(domain):
    """Whether Cognito accepts this prefix of a login domain."""
    return bool(re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", domain)) and not re.search("aws|amazon|cognito", domain)


def is_callback(uri):
    """Whether Cognito accepts this redirect URI: https, http on this machine, or the scheme of an app; without a fragment."""
    if uri.startswith("http:") and not re.match(r"http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(/|$)", uri):
        return False
    return len(uri) <= 1024 and bool(re.fullmatch(r"[a-z][a-z0-9+.-]*://[^\s,#]+", uri))
