"""Computes the template of one stack. This module evaluates the functions of the template (Ref, Fn::If and others) with
the values of the stack's parameters."""

import re

REGION = "eu-west-1"
ENDPOINT = f"https://abc123.execute-api.{REGION}.amazonaws.com"
PSEUDO_PARAMETERS = {
    "AWS::AccountId": "123456789012",
    "AWS::NoValue": None,
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::StackId": f"arn:aws:cloudformation:{REGION}:123456789012:stack/todo-action/1c2fa620-982a-11e3-aff7-50e2416294e0",
    "AWS::StackName": "todo-action",
}
# The parameters of a stack with all optional parts.
EVERYTHING = {
    "DomainName": "todo.example.com",
    "CertificateArn": f"arn:aws:acm:{REGION}:123456789012:certificate/0d4bd2f7-6b1c-4f4c-9d1f-5e0f6a2b7c11",
    "HostedZoneId": "Z0123456789",
    "AlarmTopicArn": f"arn:aws:sns:{REGION}:123456789012:alarms",
    "RestoredTable": "todos-restored",
    "FirstPerson": "ada@example.com",
    "OAuthRedirectUris": "https://chat.example/oauth/callback,https://chat.example/aip/*/callback",
    "OAuthClientDocuments": "any",
    "OAuthIdleDays": 90,
    "OAuthOverlapHours": 48,
    "MfaConfiguration": "ON",
    "LoginDomainPrefix": "my-todos",
    "DeletionProtection": "on",
    "WriteUnitsPerSecond": 2000,
    "ReadUnitsPerSecond": 6000,
    "BudgetAmount": "50",
    "BudgetEmail": "you@example.com",
}
WITH_KEYS = {"AuthMode": "api-key"}
ANOTHER_PROVIDER = {
    "OAuthIssuer": "https://id.example.com/",
    "OAuthClientId": "todo",
    "OAuthPeople": "ada@example.com,example.org",
}
# The check evaluates the template for four stacks. Each stack has its own parameters.
STACKS = ({}, EVERYTHING, WITH_KEYS, ANOTHER_PROVIDER)


class Unresolved(Exception):
    """The template refers to something that this stack does not have, or uses a function that this check does not know."""


class Stack:
    """The expanded template with values for the parameters. This class evaluates the functions in the template."""

    def __init__(self, template, parameters):
        self.template = template
        self.parameters = dict(PSEUDO_PARAMETERS)
        for name, parameter in template["Parameters"].items():
            value = parameters.get(name, parameter.get("Default"))
            self.parameters[name] = value.split(",") if parameter["Type"] == "CommaDelimitedList" else value

    def value(self, node):
        if isinstance(node, list):
            return [self.value(element) for element in node]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            (name, argument), *_ = node.items()
            match name:
                case "Ref":
                    return self.ref(argument)
                case "Fn::GetAtt":
                    return self.attribute(*(argument if isinstance(argument, list) else argument.split(".", 1)))
                case "Fn::Sub":
                    text, own = argument if isinstance(argument, list) else (argument, {})
                    named = lambda found: str(self.value(own[found[1]]) if found[1] in own else self.named(found[1]))
                    return re.sub(r"\$\{([^}!]+)\}", named, text)
                case "Fn::If":
                    condition, yes, no = argument
                    return self.value(yes if self.holds({"Condition": condition}) else no)
                case "Fn::Join":
                    return argument[0].join(self.value(argument[1]))
                case "Fn::Split":
                    return self.value(argument[1]).split(argument[0])
                case "Fn::Select":
                    return self.value(argument[1])[int(argument[0])]
                case _ if name.startswith("Fn::"):
                    raise Unresolved(f"{name} is not known to this check")
        return {name: self.value(member) for name, member in node.items()}

    def named(self, name):
        return self.attribute(*name.split(".", 1)) if "." in name else self.ref(name)

    def ref(self, name):
        if name in self.parameters:
            return self.parameters[name]
        self.resource(name)
        return f"<{name}>"

    def attribute(self, name, attribute):
        self.resource(name)
        return ENDPOINT if attribute == "ApiEndpoint" else f"<{name}.{attribute}>"

    def resource(self, name):
        resource = self.template["Resources"].get(name)
        if resource is None:
            raise Unresolved(f"{name} is neither a resource nor a parameter")
        if not self.has(resource):
            raise Unresolved(f"{name} is not made in this stack")
        return resource

    def holds(self, condition):
        (name, argument), *_ = condition.items()
        match name:
            case "Condition":
                return self.holds(self.template["Conditions"][argument])
            case "Fn::Not":
                return not self.holds(argument[0])
            case "Fn::And":
                return all(map(self.holds, argument))
            case "Fn::Or":
                return any(map(self.holds, argument))
            case "Fn::Equals":
                return self.value(argument[0]) == self.value(argument[1])
        raise Unresolved(f"{name} is not known to this check")

    def has(self, part):
        """Whether a resource or an output is in this stack."""
        return "Condition" not in part or self.holds({"Condition": part["Condition"]})

    def made(self, kind):
        """The resources of a kind in this stack, with their evaluated properties."""
        resources = self.template["Resources"].items()
        return {name: self.value(one["Properties"]) for name, one in resources if one["Type"].startswith(kind) and self.has(one)}

    def refused(self):
        """The descriptions of all rules of the template that the parameters break."""
        rules = [rule for rule in self.template["Rules"].values() if "RuleCondition" not in rule or self.holds(rule["RuleCondition"])]
        return [one["AssertDescription"] for rule in rules for one in rule["Assertions"] if not self.holds(one["Assert"])]

    def signs_in(self):
        return self.parameters["AuthMode"] == "oauth"

    def is_protected(self):
        return self.parameters["DeletionProtection"] == "on"

    def has_pool(self):
        return self.signs_in() and not self.parameters["OAuthIssuer"]
