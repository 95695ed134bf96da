"""Rules for the limits of the costs (docs/adr/0014-what-protects-the-bill.md), and for the protection of the table."""

from stack import STACKS, Stack

# By default, the table must allow at least these units a second. One partition of DynamoDB allows the same number of
# units. So by default, the limit of the table never slows down a single owner.
LEAST_UNITS = {"MaxReadRequestUnits": 3000, "MaxWriteRequestUnits": 1000}
# The warnings of the budget. Each entry contains the kind of the costs (actual or forecasted), and the percentage of
# the budget at which AWS sends the warning.
WARNINGS = [("ACTUAL", 50), ("ACTUAL", 100), ("FORECASTED", 100)]


def problems(template):
    """The problems of the limits and of the protection, in all stacks."""
    wrong = []
    for parameters in STACKS:
        stack = Stack(template, parameters)
        wrong += table(stack) + budget(stack) + addresses(stack)
    return wrong


def table(stack):
    """The problems of the table's limits and of its protection."""
    resource, own = stack.template["Resources"]["TodosTable"], stack.made("AWS::DynamoDB::Table")["TodosTable"]
    units = own.get("OnDemandThroughput", {})
    given = {"MaxReadRequestUnits": stack.parameters["ReadUnitsPerSecond"], "MaxWriteRequestUnits": stack.parameters["WriteUnitsPerSecond"]}
    rules = {
        "the table goes with the stack, or outlives a failed first deployment": resource.get("DeletionPolicy") == "RetainExceptOnCreate",
        "the table goes when it is replaced": resource.get("UpdateReplacePolicy") == "Retain",
        f"the protection of the table is not {stack.is_protected()}": own.get("DeletionProtectionEnabled") is stack.is_protected(),
        f"the table allows {units}, and not {given}": units == given,
        f"by default, the table allows only {units}": all(units.get(name, 0) >= least for name, least in LEAST_UNITS.items()),
    }
    return [what for what, holds in rules.items() if not holds]


def budget(stack):
    """The problems of the budget. The stack has a budget only if the parameters name an amount and an address."""
    amount, address = stack.parameters["BudgetAmount"], stack.parameters["BudgetEmail"]
    made = list(stack.made("AWS::Budgets::Budget").values())
    if not (amount and address):
        return ["there is a budget without an amount or without an address"] if made else []
    if len(made) != 1:
        return [f"there are {len(made)} budgets"]
    own, warnings = made[0]["Budget"], made[0].get("NotificationsWithSubscribers", [])
    kinds = [(one["Notification"]["NotificationType"], one["Notification"]["Threshold"]) for one in warnings]
    told = [[subscriber["Address"] for subscriber in one["Subscribers"]] for one in warnings]
    limit = {"BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": {"Amount": amount, "Unit": "USD"}}
    rules = {
        # The template must not set a name for the budget, because CloudFormation cannot replace a named budget.
        f"the budget is {own}": own == limit,
        f"the budget warns at {kinds}": kinds == WARNINGS,
        f"the budget warns {told}": all(addresses == [address] for addresses in told),
    }
    return [what for what, holds in rules.items() if not holds]


def addresses(stack):
    """The problems of the API's addresses. An API with a domain must have no other address."""
    has_domain = bool(stack.parameters["DomainName"])
    own = stack.made("AWS::ApiGatewayV2::Api")["Api"]
    if own.get("DisableExecuteApiEndpoint", False) is not has_domain:
        return ["the API has two addresses, or none"]
    return []
