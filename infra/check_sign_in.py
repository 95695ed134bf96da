"""Rules for stacks where people sign in: docs/adr/0019-an-authorization-server-of-our-own.md."""

import re

from stack import STACKS, Stack, Unresolved

SCOPES = ["openid", "email"]
FLOWS = {"ALLOW_USER_AUTH", "ALLOW_USER_SRP_AUTH"}


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
            if str(given.get(name)) != value:
                wrong.append(f"{name} is {given.get(name)!r}, not {value!r}")
        if stack.has_pool():
            wrong += pool(stack) + client(stack, f"{given.get('PUBLIC_URL')}/oauth/callback") + first_person(stack)
        else:
            wrong += [f"{name} is made without a user pool" for name in stack.made("AWS::Cognito::")]
    return wrong


def expected(stack):
    """The environment variables that the function of this stack must have."""
    given = stack.parameters
    own = lambda name: str(given[name]) if stack.signs_in() else ""
    return {
        "AUTH_MODE": given["AuthMode"],
        "OAUTH_ISSUER": "<UserPool.ProviderURL>" if stack.has_pool() else given["OAuthIssuer"],
        "OAUTH_CLIENT_ID": "<UserPoolClient>" if stack.has_pool() else given["OAuthClientId"],
        "OAUTH_PEOPLE": "everybody" if stack.has_pool() else given["OAuthPeople"],
        "OAUTH_REDIRECT_URIS": own("OAuthRedirectUris"),
        "OAUTH_CLIENT_DOCUMENTS": own("OAuthClientDocuments"),
        "OAUTH_IDLE_DAYS": own("OAuthIdleDays"),
        "OAUTH_OVERLAP_HOURS": own("OAuthOverlapHours"),
    }


def pool(stack):
    """The problems of the user pool and its login pages."""
    made, resources = stack.made("AWS::Cognito::"), stack.template["Resources"]
    wrong = [f"{name} goes with the stack" for name in made if not resources[name].get("DeletionPolicy", "").startswith("Retain")]
    own, domain = made["UserPool"], made["UserPoolDomain"]
    factors = own["Policies"].get("SignInPolicy") or {}
    passkeys = "WEB_AUTHN" in factors.get("AllowedFirstAuthFactors", [])
    policies = [resources["UserPool"].get(name) for name in ("DeletionPolicy", "UpdateReplacePolicy")]
    protection = "ACTIVE" if stack.is_protected() else "INACTIVE"
    branded = {one["ClientId"] for one in stack.made("AWS::Cognito::ManagedLoginBranding").values()}
    rules = {
        "the user pool goes with the stack, or outlives a failed deployment": policies == ["RetainExceptOnCreate", "Retain"],
        f"the protection of the user pool is not {protection}": own.get("DeletionProtection") == protection,
        "everybody can sign up by default": own["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] == "true",
        "one address in two spellings is two people": own["UsernameConfiguration"]["CaseSensitive"] is False,
        f"Cognito takes no login domain {domain['Domain']!r}": is_prefix(domain["Domain"]),
        "passkeys are allowed where everybody needs an authenticator app, or not allowed elsewhere": passkeys is (own["MfaConfiguration"] != "ON"),
        f"only {sorted(branded)} have login pages": domain["ManagedLoginVersion"] != 2 or branded == {"<UserPoolClient>"},
    }
    return wrong + [what for what, holds in rules.items() if not holds]


def first_person(stack):
    """The problems of the person that the parameter FirstPerson adds to the user pool."""
    people = stack.made("AWS::Cognito::UserPoolUser")
    address = stack.parameters["FirstPerson"]
    if not people or not address:
        return [f"the stack adds {sorted(people)} to the pool for FirstPerson {address!r}"] if bool(people) != bool(address) else []
    (name,) = people
    resource, own = stack.template["Resources"][name], people[name]
    attributes = {one["Name"]: one["Value"] for one in own["UserAttributes"]}
    rules = {
        "goes with another address": resource.get("UpdateReplacePolicy") == "Retain",
        "is not in the user pool": own["UserPoolId"] == "<UserPool>",
        "gets no e-mail with a first password": own["DesiredDeliveryMediums"] == ["EMAIL"] and "MessageAction" not in own,
        f"does not sign in as {address}": own["Username"] == address and attributes == {"email": address, "email_verified": "true"},
    }
    return [f"the first person {what}" for what, holds in rules.items() if not holds]


def client(stack, callback):
    """The problems of the clients of the user pool. The function is the only client, and `callback` is its redirect URI."""
    clients = stack.made("AWS::Cognito::UserPoolClient")
    if list(clients) != ["UserPoolClient"]:
        return [f"the clients of the user pool are {sorted(clients)}"]
    (own,) = clients.values()
    rotates = own.get("RefreshTokenRotation", {}).get("Feature") == "ENABLED"
    flows = set(own.get("ExplicitAuthFlows", []))
    rules = {
        "has a secret, which the function does not know": own.get("GenerateSecret") is False,
        f"has another redirect URI than {callback}": own.get("CallbackURLs") == [callback],
        "allows another flow than that with a code": own.get("AllowedOAuthFlows") == ["code"],
        "has no flow at all": own.get("AllowedOAuthFlowsUserPoolClient") is True,
        "gives other scopes": own.get("AllowedOAuthScopes") == SCOPES,
        # If this list is empty, Cognito uses its default list, which allows more flows than FLOWS.
        "takes passwords at Cognito's API": bool(flows) and flows <= FLOWS,
        "cannot be made, with or without rotation": rotates is not ("ALLOW_REFRESH_TOKEN_AUTH" in flows),
        "tells who has an account": own.get("PreventUserExistenceErrors") == "ENABLED",
        "has tokens that cannot be revoked": own.get("EnableTokenRevocation") is True,
    }
    return [f"UserPoolClient {what}" for what, holds in rules.items() if not holds]


def is_prefix(domain):
    """Whether Cognito accepts this prefix of a login domain."""
    return bool(re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", domain)) and not re.search("aws|amazon|cognito", domain)
