"""Tests check_limits.py. If a change breaks a limit of the costs or the protection of the table, the check must
fail."""

import pytest
from stack import EVERYTHING, Stack
from test_check_sign_in import EXPANDED
from test_check_template import only, problems, problems_with, within

DENIED = ["dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("    Default: 1000\n", "    Default: 999\n", "by default, the table allows only"),
        ("    Default: 3000\n", "    Default: 2999\n", "by default, the table allows only"),
        ("MaxWriteRequestUnits: !Ref WriteUnitsPerSecond", "MaxWriteRequestUnits: 1000", "the table allows"),
        ("MaxReadRequestUnits: !Ref ReadUnitsPerSecond", "MaxReadRequestUnits: !Ref WriteUnitsPerSecond", "the table allows"),
        ("DeletionProtectionEnabled: !If [IsProtected, true, false]", "DeletionProtectionEnabled: true", "protection of the table is not False"),
        ("DeletionProtectionEnabled: !If [IsProtected, true, false]", "DeletionProtectionEnabled: false", "protection of the table is not True"),
        ("DisableExecuteApiEndpoint: !If [HasDomain, true, false]", "DisableExecuteApiEndpoint: true", "two addresses, or none"),
        ("      DisableExecuteApiEndpoint: !If [HasDomain, true, false]\n", "", "two addresses, or none"),
    ],
)
def test_a_broken_limit_is_found(old, new, says):
    assert only(problems_with(old, new), says)


@pytest.mark.parametrize("policy", ["Retain", "Delete"])
def test_a_table_that_outlives_a_failed_deployment_or_goes_with_the_stack_is_found(policy):
    found = problems(within("  TodosTable:\n", "DeletionPolicy: RetainExceptOnCreate", f"DeletionPolicy: {policy}"))
    assert only(found, "the table goes with the stack, or outlives a failed first deployment")


def test_a_table_that_goes_when_it_is_replaced_is_found():
    found = problems(within("  TodosTable:\n", "UpdateReplacePolicy: Retain", "UpdateReplacePolicy: Delete"))
    assert only(found, "the table goes when it is replaced")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("TimeUnit: MONTHLY", "TimeUnit: DAILY", "the budget is"),
        ("Amount: !Ref BudgetAmount", "Amount: 100", "the budget is"),
        ("        BudgetType: COST\n", "        BudgetType: COST\n        BudgetName: todo-action\n", "the budget is"),
        ("NotificationType: FORECASTED", "NotificationType: ACTUAL", "the budget warns at"),
        ("Threshold: 50,", "Threshold: 500,", "the budget warns at"),
    ],
)
def test_a_budget_that_does_not_warn_is_found(old, new, says):
    assert only(problems_with(old, new), says)


def test_a_budget_that_warns_somebody_else_is_found():
    assert only(problems(within("    Condition: HasBudget\n", "Address: !Ref BudgetEmail", "Address: me@example.com")), "the budget warns [[")


@pytest.mark.parametrize(
    ("condition", "says"),
    [
        ('!Or [!Equals [!Ref BudgetAmount, ""], !Equals [!Ref BudgetEmail, ""]]', "there are 0 budgets"),
        ('!Equals [a, a]', "there is a budget without an amount"),
    ],
)
def test_a_budget_that_nobody_wants_is_found(condition, says):
    both = '!And [!Not [!Equals [!Ref BudgetAmount, ""]], !Not [!Equals [!Ref BudgetEmail, ""]]]'
    assert any(says in problem for problem in problems_with(f"HasBudget: {both}", f"HasBudget: {condition}"))


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"BudgetAmount": "50"}, "BudgetAmount needs BudgetEmail."),
        ({"BudgetEmail": "you@example.com"}, "BudgetEmail needs BudgetAmount."),
    ],
)
def test_half_a_budget_is_refused_and_not_made(parameters, says):
    stack = Stack(EXPANDED, parameters)
    assert stack.refused() == [says]
    assert stack.made("AWS::Budgets::Budget") == {}


def test_a_budget_is_made_with_an_amount_and_an_address():
    (budget,) = Stack(EXPANDED, EVERYTHING).made("AWS::Budgets::Budget").values()
    assert budget["Budget"]["BudgetLimit"] == {"Amount": "50", "Unit": "USD"}


@pytest.mark.parametrize("action", DENIED)
def test_a_role_that_may_write_api_keys_is_found(action):
    fewer = ", ".join(one for one in DENIED if one != action)
    assert only(problems_with(f"[{', '.join(DENIED)}]", f"[{fewer}]"), "the role may write for the operator")


def test_an_action_that_changes_something_must_be_denied_for_api_keys_too():
    template = "                  - dynamodb:GetItem\n"
    found = problems_with(template, f"{template}                  - dynamodb:PartiQLUpdate\n")
    assert any("the role may write for the operator" in problem for problem in found)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("dynamodb:LeadingKeys: [keys]", "dynamodb:LeadingKeys: [key]"),
        ("ForAnyValue:StringEquals:", "ForAllValues:StringEquals:"),
        ("ForAnyValue:StringEquals:", "ForAnyValue:StringNotEquals:"),
        ("              - Effect: Deny\n", "              - Effect: Allow\n"),
    ],
)
def test_a_denial_of_something_else_is_found(old, new):
    assert any("the role may write for the operator" in problem for problem in problems_with(old, new))


def test_a_denial_for_another_table_is_found():
    found = problems(within("              - Effect: Deny\n", "!GetAtt TodosTable.Arn", '!Sub "${TodosTable.Arn}/index/timeline"'))
    assert only(found, "the role may write for the operator")
