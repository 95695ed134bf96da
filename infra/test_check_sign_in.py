"""Tests check_sign_in.py. If a change breaks the sign-in, the check must fail."""

import json

import check_sign_in
import check_template
import pytest
from samcli.lib.providers.sam_function_provider import SamFunctionProvider
from samcli.lib.providers.sam_stack_provider import SamLocalStackProvider
from stack import ANOTHER_PROVIDER, EVERYTHING, WITH_KEYS, Stack
from test_check_template import HERE, TEMPLATE, only, problems, problems_with, within

EXPANDED = check_template.expanded(TEMPLATE)
CLIENT = "      ClientName: todo-action\n"
SETTINGS = ["ISSUER", "CLIENT_ID", "PEOPLE", "REDIRECT_URIS", "CLIENT_DOCUMENTS", "IDLE_DAYS", "OVERLAP_HOURS"]


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_that_the_function_is_not_given_is_found(name):
    (line,) = [line for line in TEMPLATE.splitlines(keepends=True) if line.startswith(f"          OAUTH_{name}: ")]
    assert any(problem.startswith(f"OAUTH_{name} is None") for problem in problems_with(line, ""))


def test_a_setting_that_only_the_code_knows_is_found():
    found = check_template.problems(EXPANDED, check_template.calls(HERE.parent / "src/store"), {"OAUTH_NEW"})
    assert found == ["the code reads OAUTH_NEW, which the function is not given"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[HasUserPool, everybody, !Ref OAuthPeople]", "[HasUserPool, !Ref OAuthPeople, everybody]", "OAUTH_PEOPLE is"),
        ("[HasUserPool, everybody, !Ref OAuthPeople]", "[HasOAuth, everybody, !Ref OAuthPeople]", "OAUTH_PEOPLE is 'everybody', not 'ada@"),
        ("[HasOAuth, !Ref OAuthIdleDays, ", "[HasOAuth, !Ref OAuthOverlapHours, ", "OAUTH_IDLE_DAYS is"),
    ],
)
def test_a_setting_with_another_value_is_found(old, new, says):
    assert only(problems_with(old, new), says)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("GenerateSecret: false", "GenerateSecret: true", "has a secret"),
        ("${Api.ApiEndpoint}/oauth/callback", "${Api.ApiEndpoint}/callback", "has another redirect URI than https://abc123."),
        ("https://${DomainName}/oauth/callback", "https://example.com/", "has another redirect URI than https://todo.example.com/oauth/callback"),
        ("AllowedOAuthFlows: [code]", "AllowedOAuthFlows: [code, implicit]", "allows another flow"),
        ("AllowedOAuthFlows: [code]", "AllowedOAuthFlows: [implicit]", "allows another flow"),
        ("AllowedOAuthFlowsUserPoolClient: true", "AllowedOAuthFlowsUserPoolClient: false", "has no flow at all"),
        ("[openid, email]", "[openid, email, aws.cognito.signin.user.admin]", "gives other scopes"),
        ("[openid, email]", "[openid]", "gives other scopes"),
        ("[ALLOW_USER_AUTH, ALLOW_USER_SRP_AUTH]", "[ALLOW_USER_PASSWORD_AUTH]", "takes passwords"),
        ("[ALLOW_USER_AUTH, ALLOW_USER_SRP_AUTH]", "[]", "takes passwords"),
        ("Feature: ENABLED", "Feature: DISABLED", "cannot be made"),
        ("PreventUserExistenceErrors: ENABLED", "PreventUserExistenceErrors: LEGACY", "tells who"),
        ("EnableTokenRevocation: true", "EnableTokenRevocation: false", "has tokens"),
    ],
)
def test_a_client_of_another_kind_is_found(old, new, says):
    assert only(problems(within(CLIENT, old, new)), f"UserPoolClient {says}")


def test_a_second_client_is_found():
    head, rest = TEMPLATE.split("  UserPoolClientBranding:\n")
    own = f"  UserPoolClient:{head.split('  UserPoolClient:')[1]}"
    found = problems(f"{head}{own.replace('UserPoolClient:', 'GptClient:')}  UserPoolClientBranding:\n{rest}")
    assert only(found, "the clients of the user pool are ['GptClient', 'UserPoolClient']")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("DeletionProtection: !If [IsProtected, ACTIVE, INACTIVE]", "DeletionProtection: INACTIVE", "the user pool is not ACTIVE"),
        ("DeletionProtection: !If [IsProtected, ACTIVE, INACTIVE]", "DeletionProtection: ACTIVE", "the user pool is not INACTIVE"),
        ("UsernameConfiguration: { CaseSensitive: false }", "UsernameConfiguration: { CaseSensitive: true }", "two people"),
        ("AllowAdminCreateUserOnly: !Ref AllowAdminCreateUserOnly", 'AllowAdminCreateUserOnly: "false"', "everybody can sign up"),
        ('!Sub ["todo-${Id}"', '!Sub ["${AWS::StackName}.${Id}"', "Cognito takes no login domain 'todo-action."),
        ("      ClientId: !Ref UserPoolClient\n", "      ClientId: !Ref UserPool\n", "only ['<UserPool>'] have login pages"),
    ],
)
def test_a_pool_that_nobody_should_have_is_found(old, new, says):
    assert only(problems_with(old, new), says)


def test_a_pool_that_goes_with_its_stack_is_found():
    found = problems(within("  UserPool:\n", "    DeletionPolicy: RetainExceptOnCreate\n", ""))
    assert any("the user pool goes with the stack" in problem for problem in found)
    assert any("UserPool goes with the stack" in problem for problem in found)
    found = problems(within("  UserPool:\n", "    DeletionPolicy: RetainExceptOnCreate\n", "    DeletionPolicy: Retain\n"))
    assert only(found, "outlives a failed deployment")
    found = problems(within("  UserPoolClient:\n", "    DeletionPolicy: RetainExceptOnCreate\n", ""))
    assert only(found, "UserPoolClient goes with the stack")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("      Username: !Ref FirstPerson\n", "      Username: ada\n", "does not sign in as ada@example.com"),
        ("      DesiredDeliveryMediums: [EMAIL]\n", "      DesiredDeliveryMediums: [SMS]\n", "gets no e-mail"),
        ("      DesiredDeliveryMediums: [EMAIL]\n", "      DesiredDeliveryMediums: [EMAIL]\n      MessageAction: SUPPRESS\n", "gets no e-mail"),
        ("    UpdateReplacePolicy: Retain\n    Properties:\n      UserPoolId", "    Properties:\n      UserPoolId", "goes with another address"),
        ('{ Name: email_verified, Value: "true" }', '{ Name: email_verified, Value: "false" }', "does not sign in as"),
    ],
)
def test_a_first_person_who_cannot_sign_in_is_found(old, new, says):
    assert only(problems(within("  FirstUser:\n", old, new)), f"the first person {says}")


def test_a_first_person_whom_nobody_asked_for_is_found():
    found = problems_with("HasFirstPerson: !And [!Condition HasUserPool, !Not [!Equals [!Ref FirstPerson, \"\"]]]", "HasFirstPerson: !And [!Condition HasUserPool, !Condition HasOAuth]")
    assert only(found, "the stack adds ['FirstUser'] to the pool for FirstPerson ''")


def test_passkeys_where_everybody_needs_an_authenticator_app_are_found():
    assert only(problems_with("HasPasskeys: !Equals [!Ref MfaConfiguration, OPTIONAL]", 'HasPasskeys: !Equals [!Ref MfaConfiguration, "ON"]'), "passkeys")


def test_a_pool_that_is_made_for_nobody_is_found():
    found = problems_with("HasUserPool: !And [!Condition HasOAuth, ", "HasUserPool: !And [!Equals [a, a], ")
    assert any(problem == "UserPool is made without a user pool" for problem in found)


def test_an_output_of_a_pool_that_there_is_not_is_found():
    found = problems(within("  UserPoolId:\n", "    Condition: HasUserPool\n", ""))
    assert any(problem == "the output UserPoolId is not where it belongs" for problem in found)


def test_a_permission_at_cognito_is_found():
    role = "                Action: [logs:CreateLogStream, logs:PutLogEvents]\n"
    assert only(problems_with(role, role.replace("[", "[cognito-idp:ListUsers, ")), "cognito-idp:ListUsers")


@pytest.mark.parametrize("domain", ["", "-todo", "Todo", "a.b", "my-aws-todos", "cognito", "x" * 64])
def test_a_login_domain_that_cognito_refuses_is_known(domain):
    assert not check_sign_in.is_prefix(domain)


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({**ANOTHER_PROVIDER, "AuthMode": "api-key"}, "OAuthIssuer needs AuthMode oauth."),
        ({"AuthMode": "oauth", "OAuthIssuer": "https://id.example.com", "OAuthPeople": "everybody"}, "OAuthIssuer needs OAuthClientId."),
        ({"AuthMode": "oauth", "OAuthIssuer": "https://id.example.com", "OAuthClientId": "todo"}, "OAuthIssuer needs OAuthPeople."),
        ({"AuthMode": "oauth", "OAuthClientId": "todo"}, "OAuthClientId needs OAuthIssuer"),
        ({"FirstPerson": "ada@example.com", "AuthMode": "api-key"}, "FirstPerson needs AuthMode oauth"),
        ({"FirstPerson": "ada@example.com", **ANOTHER_PROVIDER}, "FirstPerson adds a person to the stack's own user pool"),
        ({"RedirectUris": "https://chat.example/callback"}, "RedirectUris is now called OAuthRedirectUris."),
        ({"PublicRedirectUris": "http://localhost:1/callback"}, "Remove PublicRedirectUris."),
        ({"OAuthPublicClientId": "todo"}, "Remove OAuthPublicClientId."),
        ({"OAuthClientSecret": "hush-hush"}, "Remove OAuthClientSecret."),
        ({"OAuthAudience": "todo"}, "Remove OAuthAudience."),
        ({"OAuthScope": "todo/all"}, "Remove OAuthScope."),
        ({"AuthMode": "oauth", "OAuthPeople": "everybody"}, "OAuthPeople needs OAuthIssuer"),
        ({"DomainName": "todo.example.com"}, "DomainName needs CertificateArn."),
    ],
)
def test_parameters_that_do_not_fit_are_refused(parameters, says):
    (refusal,) = Stack(EXPANDED, parameters).refused()
    assert refusal.startswith(says)


def test_all_former_parameters_are_named_in_one_refusal():
    former = {"RedirectUris": "https://chat.example/callback", "OAuthAudience": "todo", "OAuthScope": "todo/all"}
    refusals = Stack(EXPANDED, former).refused()
    assert [refusal.split()[0] for refusal in refusals] == ["RedirectUris", "Remove", "Remove"]


@pytest.mark.parametrize("parameters", [{}, EVERYTHING, WITH_KEYS, ANOTHER_PROVIDER, {"FirstPerson": "ada@example.com"}])
def test_parameters_that_fit_are_not_refused(parameters):
    assert Stack(EXPANDED, parameters).refused() == []


def test_sam_local_gives_the_function_no_provider():
    stacks, _ = SamLocalStackProvider.get_stacks(str(HERE / "template.yaml"))
    environment = SamFunctionProvider(stacks).get("Function").environment["Variables"]
    environment |= json.loads((HERE / "local-env.json").read_text())["Function"]
    # Without an issuer, the function has no provider. With this AUTH_MODE, the function does not read the other
    # variables.
    assert (environment["AUTH_MODE"], environment["OAUTH_ISSUER"]) == ("none-everybody-shares-one-list", "")
    assert sum(name.startswith("OAUTH_") for name in environment) == len(SETTINGS)


def test_the_programs_that_can_sign_in_are_written_down():
    written = (HERE.parent / "docs/OPERATIONS.md").read_text()
    known = json.loads((HERE.parent / "src/api/oauth/assistants.json").read_text())["redirect_uris"]
    assert [one["uri"] for one in known if f"`{one['uri']}`" not in written] == []
