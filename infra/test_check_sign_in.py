"""Tests of check_sign_in.py: each change that breaks the sign-in makes the check fail."""

import json

import check_sign_in
import check_template
import pytest
from samcli.lib.providers.sam_function_provider import SamFunctionProvider
from samcli.lib.providers.sam_stack_provider import SamLocalStackProvider
from stack import ANOTHER_PROVIDER, EVERYTHING, PEOPLE_SIGN_IN, Stack
from test_check_template import HERE, TEMPLATE, only, problems, problems_with, within

EXPANDED = check_template.expanded(TEMPLATE)
GPT_CLIENT, PUBLIC_CLIENT = (f"      ClientName: {name}\n" for name in ("GPT", "MCP clients"))


@pytest.mark.parametrize("name", ["ISSUER", "CLIENT_ID", "REDIRECT_URIS", "PUBLIC_CLIENT_ID", "PUBLIC_REDIRECT_URIS", "SCOPE", "AUDIENCE"])
def test_a_setting_that_the_function_is_not_given_is_found(name):
    (line,) = [line for line in TEMPLATE.splitlines(keepends=True) if line.startswith(f"          OAUTH_{name}: ")]
    assert any(problem.startswith(f"OAUTH_{name} is None") for problem in problems_with(line, ""))


def test_a_setting_that_only_the_code_knows_is_found():
    found = check_template.problems(EXPANDED, check_template.calls(HERE.parent / "src/store"), {"OAUTH_NEW"})
    assert found == ["the code reads OAUTH_NEW, which the function is not given"]


def test_redirect_uris_of_the_function_alone_are_found():
    assert only(problems_with('[",", !Ref RedirectUris]', '[",", !Ref PublicRedirectUris]'), "OAUTH_REDIRECT_URIS is")


@pytest.mark.parametrize(
    ("client", "old", "new", "says"),
    [
        (GPT_CLIENT, "GenerateSecret: true", "GenerateSecret: false", "GptClient has a secret, or none"),
        (PUBLIC_CLIENT, "GenerateSecret: false", "GenerateSecret: true", "PublicClient has a secret, or none"),
        (GPT_CLIENT, "!Ref RedirectUris", "[https://example.com/]", "GptClient has other redirect URIs"),
        (PUBLIC_CLIENT, "!Ref PublicRedirectUris", "!Ref RedirectUris", "PublicClient has other redirect URIs"),
        (GPT_CLIENT, "AllowedOAuthFlows: [code]", "AllowedOAuthFlows: [code, implicit]", "GptClient allows another flow"),
        (PUBLIC_CLIENT, "AllowedOAuthFlows: [code]", "AllowedOAuthFlows: [implicit]", "PublicClient allows another flow"),
        (GPT_CLIENT, "[openid, todo-action/todos]", "[openid, aws.cognito.signin.user.admin]", "GptClient gives other scopes"),
        (PUBLIC_CLIENT, "[ALLOW_USER_SRP_AUTH]", "[ALLOW_USER_PASSWORD_AUTH]", "PublicClient takes passwords"),
        (GPT_CLIENT, "[ALLOW_USER_SRP_AUTH, ALLOW_REFRESH_TOKEN_AUTH]", "[]", "GptClient"),
        (PUBLIC_CLIENT, "[ALLOW_USER_SRP_AUTH]", "[ALLOW_USER_SRP_AUTH, ALLOW_REFRESH_TOKEN_AUTH]", "PublicClient cannot be made"),
        (PUBLIC_CLIENT, "Feature: ENABLED", "Feature: DISABLED", "PublicClient"),
        (GPT_CLIENT, "PreventUserExistenceErrors: ENABLED", "PreventUserExistenceErrors: LEGACY", "GptClient tells who"),
        (PUBLIC_CLIENT, "EnableTokenRevocation: true", "EnableTokenRevocation: false", "PublicClient has tokens"),
    ],
)
def test_a_client_of_another_kind_is_found(client, old, new, says):
    assert only(problems(within(client, old, new)), says)


def test_a_client_that_is_made_before_its_scope_is_found():
    found = problems(within("  PublicClient:\n", "    DependsOn: TodosScope\n", ""))
    assert only(found, "PublicClient is made before its scope")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("DeletionProtection: !If [IsProtected, ACTIVE, INACTIVE]", "DeletionProtection: INACTIVE", "the user pool is not ACTIVE"),
        ("DeletionProtection: !If [IsProtected, ACTIVE, INACTIVE]", "DeletionProtection: ACTIVE", "the user pool is not INACTIVE"),
        ("UsernameConfiguration: { CaseSensitive: false }", "UsernameConfiguration: { CaseSensitive: true }", "two people"),
        ("AllowAdminCreateUserOnly: !Ref AllowAdminCreateUserOnly", 'AllowAdminCreateUserOnly: "false"', "everybody can sign up"),
        ("ScopeName: todos", "ScopeName: all", "the scopes are ['todo-action/all']"),
        ('!Sub ["todo-${Id}"', '!Sub ["${AWS::StackName}.${Id}"', "Cognito takes no login domain 'todo-action."),
        ("      ClientId: !Ref PublicClient\n", "      ClientId: !Ref GptClient\n", "only ['<GptClient>'] have login pages"),
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
    found = problems(within("  PublicClient:\n", "    DeletionPolicy: RetainExceptOnCreate\n", ""))
    assert only(found, "PublicClient goes with the stack")


def test_a_pool_that_is_made_for_nobody_is_found():
    found = problems_with("HasUserPool: !And [!Condition HasOAuth, ", "HasUserPool: !And [!Equals [a, a], ")
    assert any(problem == "UserPool is made without a user pool" for problem in found)


def test_an_output_of_a_pool_that_there_is_not_is_found():
    found = problems(within("  UserPoolId:\n", "    Condition: HasUserPool\n", ""))
    assert any(problem == "the output UserPoolId is not where it belongs" for problem in found)


def test_a_permission_at_cognito_is_found():
    role = "                Action: [logs:CreateLogStream, logs:PutLogEvents]\n"
    assert only(problems_with(role, role.replace("[", "[cognito-idp:ListUsers, ")), "cognito-idp:ListUsers")


@pytest.mark.parametrize(
    "uri",
    ["http://example.com/cb", "http://localhost.example.com/", "http://127.0.0.1.example.com/", "/cb", "https://a.example/#b", "https://a b"],
)
def test_a_redirect_uri_that_cognito_refuses_is_found(uri):
    assert not check_sign_in.is_callback(uri)
    claude = "https://claude.ai/api/mcp/auth_callback"
    assert only(problems_with(f",{claude},", f",{uri},"), "PublicClient has a redirect URI that Cognito refuses")


@pytest.mark.parametrize("domain", ["", "-todo", "Todo", "a.b", "my-aws-todos", "cognito", "x" * 64])
def test_a_login_domain_that_cognito_refuses_is_known(domain):
    assert not check_sign_in.is_prefix(domain)


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"OAuthIssuer": "https://id.example.com", "OAuthClientId": "gpt"}, "OAuthIssuer needs AuthMode oauth."),
        ({"AuthMode": "oauth", "OAuthIssuer": "https://id.example.com"}, "OAuthIssuer needs OAuthClientId or OAuthPublicClientId"),
        ({"AuthMode": "oauth", "OAuthClientId": "gpt"}, "OAuthClientId is one at another provider"),
        ({"AuthMode": "oauth", "OAuthPublicClientId": "mcp"}, "OAuthPublicClientId is one at another provider"),
        ({"AuthMode": "oauth", "OAuthScope": "lists"}, "OAuthScope is one of another provider"),
        ({"OAuthAudience": "https://api.example.com"}, "OAuthAudience is one of another provider"),
        ({"DomainName": "todo.example.com"}, "DomainName needs CertificateArn."),
    ],
)
def test_parameters_that_do_not_fit_are_refused(parameters, says):
    (refusal,) = Stack(EXPANDED, parameters).refused()
    assert refusal.startswith(says)


@pytest.mark.parametrize("parameters", [{}, EVERYTHING, PEOPLE_SIGN_IN, ANOTHER_PROVIDER, {**ANOTHER_PROVIDER, "OAuthClientId": ""}])
def test_parameters_that_fit_are_not_refused(parameters):
    assert Stack(EXPANDED, parameters).refused() == []


def test_sam_local_gives_the_function_no_provider():
    stacks, _ = SamLocalStackProvider.get_stacks(str(HERE / "template.yaml"))
    environment = SamFunctionProvider(stacks).get("Function").environment["Variables"]
    environment |= json.loads((HERE / "local-env.json").read_text())["Function"]
    given = {name: value for name, value in environment.items() if name.startswith("OAUTH_")}
    assert given == dict.fromkeys(given, "") and len(given) == 7


def test_the_programs_that_can_sign_in_are_written_down():
    written = (HERE.parent / "docs/OPERATIONS.md").read_text()
    assert [uri for uri in Stack(EXPANDED, {}).parameters["PublicRedirectUris"] if f"`{uri}`" not in written] == []
