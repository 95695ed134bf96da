"""Tests check_template.py. If a change breaks the template, the check must fail."""

import json
import pathlib
import tomllib

import check_template
import pytest
from samcli.lib.providers.api_provider import ApiProvider
from samcli.lib.providers.sam_stack_provider import SamLocalStackProvider
from stack import EVERYTHING, Stack

HERE = pathlib.Path(__file__).parent
TEMPLATE = (HERE / "template.yaml").read_text()
NEEDED = check_template.calls(HERE.parent / "src/store")
VARIABLES = check_template.variables(HERE.parent / "src")


def replaced(old, new):
    assert TEMPLATE.count(old) == 1, f"the template has {old!r} {TEMPLATE.count(old)} times"
    return TEMPLATE.replace(old, new)


def problems(text):
    return check_template.problems(check_template.expanded(text), NEEDED, VARIABLES)


def problems_with(old, new):
    return problems(replaced(old, new))


def within(head, old, new):
    """The template with `new` in place of the first `old` after the line `head`."""
    before, after = replaced(head, head).split(head)
    assert old in after
    return f"{before}{head}{after.replace(old, new, 1)}"


def only(found, says):
    return len(found) > 0 and all(says in problem for problem in found)


def test_the_template_has_no_problem():
    assert problems(TEMPLATE) == []


def test_the_calls_of_the_store_are_found():
    assert {"dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"} <= NEEDED
    assert not {"dynamodb:TransactWriteItems", "dynamodb:Scan", "dynamodb:DeleteTable"} & NEEDED


def test_the_classic_cycle_of_function_and_http_api_is_found():
    event = """
      Events:
        Any:
          Type: HttpApi
      Environment:
"""
    text = TEMPLATE.replace("\n      Environment:\n", event)
    text = text.replace("!GetAtt Api.ApiEndpoint", '!Sub "https://${ServerlessHttpApi}.execute-api.eu-west-1.amazonaws.com"')
    found = problems(text)
    assert only(found, "these need each other") and "ServerlessHttpApi" in found[0] and "Function" in found[0]


@pytest.mark.parametrize("name", sorted(check_template.ALL_OUTPUTS))
def test_a_missing_output_is_found(name):
    head, outputs = TEMPLATE.split("\nOutputs:\n")
    lines = outputs.splitlines(keepends=True)
    start = lines.index(f"  {name}:\n")
    end = next((number for number, line in enumerate(lines) if number > start and not line.startswith("    ")), len(lines))
    found = problems(f"{head}\nOutputs:\n{''.join(lines[:start] + lines[end:])}")
    assert found == [f"the output {name} is missing"]


def test_an_output_that_leads_nowhere_is_found():
    found = problems_with('"${Api.ApiEndpoint}/privacy"', '"${HttpApi.ApiEndpoint}/privacy"')
    assert any("PrivacyPolicyUrl: HttpApi is neither" in problem for problem in found)


def test_an_output_of_another_address_is_found():
    found = problems_with('"${Api.ApiEndpoint}/openapi.json"', '"${Api.ApiEndpoint}/openapi.yaml"')
    assert only(found, "the output OpenApiUrl is")


def test_an_environment_without_the_endpoint_is_found():
    public_url = '          PUBLIC_URL: !If [HasDomain, !Sub "https://${DomainName}", !GetAtt Api.ApiEndpoint]\n'
    assert "PUBLIC_URL is None, not" in "".join(problems_with(public_url, ""))


def test_a_variable_that_only_the_code_reads_is_found():
    days = "          LOG_RETENTION_DAYS: !Ref LogRetentionDays\n"
    assert only(problems_with(days, ""), "the code reads LOG_RETENTION_DAYS, which the function is not given")


@pytest.mark.parametrize(
    "action",
    ["dynamodb:BatchWriteItem", "dynamodb:Scan", '"dynamodb:*"', "dynamodb:TransactWriteItems", "s3:GetObject", '"*"'],
)
def test_a_broader_policy_is_found(action):
    found = problems_with("                  - dynamodb:GetItem\n", f"                  - dynamodb:GetItem\n                  - {action}\n")
    assert any("is allowed" in problem and action.strip('"') in problem for problem in found), found


def test_a_policy_for_more_than_the_table_is_found():
    found = problems_with('"${TodosTable.Arn}/index/timeline"', '"${TodosTable.Arn}/index/*"')
    assert only(found, "on more than what is the function's own")
    found = problems(within("  FunctionRole:\n", "                  - !GetAtt TodosTable.Arn\n", '                  - "*"\n'))
    assert only(found, "on more than what is the function's own")


def test_a_managed_policy_is_found():
    managed = "      ManagedPolicyArns: [arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess]\n      Policies:\n"
    assert only(problems(within("  FunctionRole:\n", "      Policies:\n", managed)), "managed policies")


def test_a_narrower_policy_is_found():
    found = problems_with("                  - dynamodb:UpdateItem\n", "")
    assert found == ["src/store calls dynamodb:UpdateItem, but it is not allowed"]


def test_what_only_the_expanded_template_shows_is_linted():
    template = check_template.expanded(replaced("      Timeout: 15\n", "      Timeout: 1500\n"))
    (found,) = check_template.lint(template)
    assert "1500 is greater than the maximum of 900" in found


def test_a_function_alone_has_the_time_limit_of_the_template():
    manifest = tomllib.loads((HERE.parent / "Cargo.toml").read_text())
    limit = check_template.function(check_template.expanded(TEMPLATE))["Timeout"]
    assert manifest["package"]["metadata"]["lambda"]["deploy"]["timeout"] == limit


def test_sam_local_finds_the_api():
    stacks, _ = SamLocalStackProvider.get_stacks(str(HERE / "template.yaml"))
    assert [route.function_name for route in ApiProvider(stacks).api.routes] == ["Function"]


def test_the_dashboard_shows_metrics_that_the_function_writes():
    template = check_template.expanded(TEMPLATE)
    written = (HERE.parent / "src/api/log/metrics.rs").read_text()
    for parameters in ({}, EVERYTHING):
        stack = Stack(template, parameters)
        widgets = json.loads(stack.value(template["Resources"]["Dashboard"]["Properties"]["DashboardBody"]))["widgets"]
        (own,) = [one["properties"]["metrics"] for one in widgets if one["properties"].get("metrics", [[""]])[0][0] == "todo-action"]
        assert [metric[1] for metric in own] == ["dynamodb_calls", "replays", "conflicts", "faults"]
        assert all(f'"{metric[1]}"' in written for metric in own)
        assert (own[0][0], own[0][2]) == ("todo-action", "function")


def test_the_access_log_is_json_and_holds_nothing_that_a_client_has_written():
    line = json.loads(check_template.expanded(TEMPLATE)["Resources"]["ApiStage"]["Properties"]["AccessLogSettings"]["Format"])
    own = {"time", "request_id", "status", "response_bytes", "latency_ms", "function_ms", "function_request_id", "error"}
    assert line.keys() == own


def test_the_alarm_for_system_errors_watches_every_operation_that_the_store_calls():
    metrics = check_template.expanded(TEMPLATE)["Resources"]["TableErrorsAlarm"]["Properties"]["Metrics"]
    watched = [metric["MetricStat"]["Metric"]["Dimensions"][1]["Value"] for metric in metrics if "MetricStat" in metric]
    assert set(watched) == check_template.operations(check_template.sources(HERE.parent / "src/store"))
