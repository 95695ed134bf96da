"""Rules for the template, in addition to the rules of the linters. This check tests the rules on the result of SAM's
translation.

`sam validate --lint` and cfn-lint accept a circular dependency between SAM's resources, because these linters do not
look at the CloudFormation resources that SAM makes. So this check translates the template first, as CloudFormation
does.
"""

import copy
import graphlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile

import boto3
import check_limits
import check_sign_in
from botocore import xform_name
from botocore.session import Session
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse
from stack import ENDPOINT, EVERYTHING, PSEUDO_PARAMETERS, REGION, STACKS, Stack, Unresolved

HERE = pathlib.Path(__file__).parent
OUTPUTS = {"McpUrl", "BaseUrl", "OpenApiUrl", "PrivacyPolicyUrl", "FunctionName", "TableName"}
# A stack with sign-in also has the outputs SIGN_IN_OUTPUTS. A stack with a user pool also has the outputs POOL_OUTPUTS.
SIGN_IN_OUTPUTS = {"AuthorizationUrl", "CallbackUrl", "TokenUrl"}
POOL_OUTPUTS = {"AddPersonCommand", "UserPoolId"}
# A stack without deletion protection also has the outputs UNPROTECTED_OUTPUTS.
UNPROTECTED_OUTPUTS = {"ProtectCommand"}
ALL_OUTPUTS = OUTPUTS | SIGN_IN_OUTPUTS | POOL_OUTPUTS | UNPROTECTED_OUTPUTS
# The permissions of the function for AWS services other than DynamoDB.
OTHER_ACTIONS = {"logs:CreateLogStream", "logs:PutLogEvents", "xray:PutTelemetryRecords", "xray:PutTraceSegments"}
# Variables of templates before November 2026. The code still reads them, but this template does not set them. On AWS,
# the secret of the OpenID provider is in the table, because everybody who may see the function sees its variables.
OLD_VARIABLES = {"OAUTH_PUBLIC_CLIENT_ID", "OAUTH_PUBLIC_REDIRECT_URIS", "OAUTH_CLIENT_SECRET"}
# The DynamoDB actions that change nothing. The role must deny all other actions in the partition of the operator.
READS = {f"dynamodb:{name}" for name in ("BatchGetItem", "ConditionCheckItem", "GetItem", "Query")}
# A transaction needs the permissions of all actions in the transaction.
TRANSACTION_ITEMS = {
    "ConditionCheck": "ConditionCheckItem",
    "Delete": "DeleteItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
}


def expanded(text):
    """The CloudFormation template that SAM makes of the text."""
    template = yaml_parse(text)
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            # `sam package` would replace this value with the address of the built code.
            resource["Properties"]["CodeUri"] = "s3://bucket/code.zip"
    defaults = {name: parameter.get("Default", "") for name, parameter in template.get("Parameters", {}).items()}
    return Translator({}, Parser(), boto_session=boto3.Session(region_name=REGION)).translate(copy.deepcopy(template), defaults)


def references(node, found):
    if isinstance(node, list):
        for element in node:
            references(element, found)
    elif isinstance(node, dict):
        for name, member in node.items():
            if name == "Ref" or name == "DependsOn" and isinstance(member, str):
                found.add(member)
            elif name == "DependsOn":
                found.update(member)
            elif name == "Fn::GetAtt":
                found.add(member[0] if isinstance(member, list) else member.split(".")[0])
            elif name == "Fn::Sub":
                text = member if isinstance(member, str) else member[0]
                found.update(part.split(".")[0] for part in re.findall(r"\$\{([^}!]+)\}", text))
                references(member if isinstance(member, list) else [], found)
            else:
                references(member, found)
    return found


def cycles(template):
    graph = {name: references(resource, set()) & template["Resources"].keys() for name, resource in template["Resources"].items()}
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return [f"these need each other: {' -> '.join(error.args[1])}"]
    return []


def outputs(template):
    found = template.get("Outputs", {})
    wrong = [f"the output {name} is missing" for name in sorted(ALL_OUTPUTS - found.keys())]
    wrong += [f"the output {name} has no description" for name, output in found.items() if not output.get("Description")]
    for parameters in STACKS:
        stack = Stack(template, parameters)
        base = f"https://{parameters['DomainName']}" if "DomainName" in parameters else ENDPOINT
        wrong += stack.refused() + shown(stack, found, base)
        try:
            environment = stack.value(function(template)["Environment"]["Variables"])
        except Unresolved as error:
            wrong.append(f"the function's environment: {error}")
            continue
        if environment.get("PUBLIC_URL") != base:
            wrong.append(f"PUBLIC_URL is {environment.get('PUBLIC_URL')!r}, not {base!r}")
        table = parameters.get("RestoredTable", "<TodosTable>")
        if environment.get("TABLE_NAME") != table:
            wrong.append(f"TABLE_NAME is {environment.get('TABLE_NAME')!r}, not {table!r}")
    return wrong


def shown(stack, found, base):
    """The problems of the outputs of one stack."""
    paths = {"BaseUrl": "", "McpUrl": "/mcp", "OpenApiUrl": "/openapi.json", "PrivacyPolicyUrl": "/privacy"}
    paths |= {"AuthorizationUrl": "/oauth/authorize", "TokenUrl": "/oauth/token", "CallbackUrl": "/oauth/callback"}
    own = OUTPUTS | (SIGN_IN_OUTPUTS if stack.signs_in() else set()) | (POOL_OUTPUTS if stack.has_pool() else set())
    own |= set() if stack.is_protected() else UNPROTECTED_OUTPUTS
    made = {name for name, output in found.items() if stack.has(output)}
    wrong = [f"the output {name} is not where it belongs" for name in sorted((made ^ own) & found.keys())]
    for name in sorted(made):
        try:
            value = stack.value(found[name]["Value"])
        except Unresolved as error:
            wrong.append(f"the output {name}: {error}")
            continue
        expected = f"{base}{paths[name]}" if name in paths else value
        if not value or value != expected:
            wrong.append(f"the output {name} is {value!r}, not {expected!r}")
    return wrong


def function(template):
    (found,) = [one["Properties"] for one in template["Resources"].values() if one["Type"] == "AWS::Lambda::Function"]
    return found


def sources(folder):
    """The source code of the function, without the files that only the `todo` command compiles. The command uses other
    credentials."""
    left_out = set(re.findall(r'#\[cfg\(feature = "cli"\)\]\nmod (\w+);', (folder / "mod.rs").read_text()))
    files = (file for file in sorted(folder.glob("**/*.rs")) if file.stem not in left_out)
    return "\n".join(file.read_text() for file in files)


def operations(source):
    """The DynamoDB operations that the sources call."""
    known = Session().get_service_model("dynamodb").operation_names
    return {name for name in known if re.search(rf"\.{xform_name(name)}\(\)", source)}


def calls(folder):
    """The IAM actions that the calls in the sources need."""
    source = sources(folder)
    found = operations(source)
    if "TransactWriteItems" in found:
        found.remove("TransactWriteItems")
        found |= {action for item, action in TRANSACTION_ITEMS.items() if re.search(rf"\b{item}::builder\(\)", source)}
    return {f"dynamodb:{name}" for name in found}


def permissions(template, needed):
    name = function(template)["Role"]["Fn::GetAtt"][0]
    role = template["Resources"][name]["Properties"]
    wrong = [f"the role has managed policies: {role['ManagedPolicyArns']}"] if role.get("ManagedPolicyArns") else []
    statements = [statement for policy in role["Policies"] for statement in policy["PolicyDocument"]["Statement"]]
    allowed = [statement for statement in statements if statement["Effect"] == "Allow"]
    denied = [statement for statement in statements if statement["Effect"] != "Allow"]
    granted = {action for statement in allowed for action in as_list(statement["Action"]) if action.startswith("dynamodb:")}
    restored = f"arn:aws:dynamodb:{REGION}:{PSEUDO_PARAMETERS['AWS::AccountId']}:table/{EVERYTHING['RestoredTable']}"
    for parameters, table in (({}, "<TodosTable.Arn>"), (EVERYTHING, restored)):
        stack = Stack(template, parameters)
        for statement in allowed:
            wrong += too_much(stack.value(statement), table)
        if stack.value(denied) != [no_writes_of_keys(granted, table)]:
            wrong.append(f"the role may write for the operator, or is denied something else: {stack.value(denied)}")
    wrong += [f"{action} is allowed, but src/store does not call it" for action in sorted(granted - needed)]
    return wrong + [f"src/store calls {action}, but it is not allowed" for action in sorted(needed - granted)]


def no_writes_of_keys(granted, table):
    """The statement that denies the role every write in the partition of the operator."""
    (partition,) = re.findall(r'const PARTITION: &str = "(.+)";', (HERE.parent / "src/store/api_keys.rs").read_text())
    writes = {f"dynamodb:{name}Item" for name in ("BatchWrite", "Delete", "Put", "Update")} | granted - READS
    condition = {"ForAnyValue:StringEquals": {"dynamodb:LeadingKeys": [partition]}}
    return {"Effect": "Deny", "Action": sorted(writes), "Resource": table, "Condition": condition}


def too_much(statement, table):
    """The permissions in a statement that the function must not have."""
    if "NotAction" in statement or "NotResource" in statement:
        return [f"a statement of the role is not a plain permission: {statement}"]
    resources = set(as_list(statement["Resource"]))
    wrong = []
    for action in as_list(statement["Action"]):
        if action.startswith("dynamodb:"):
            own = {table, f"{table}/index/timeline"}
        elif action.startswith("logs:"):
            own = {"<FunctionLogs.Arn>"}
        else:
            own = resources
        if action not in OTHER_ACTIONS and not action.startswith("dynamodb:"):
            wrong.append(f"{action} is allowed")
        if not resources <= own:
            wrong.append(f"{action} is allowed on more than what is the function's own: {sorted(resources)}")
    return wrong


def as_list(value):
    return value if isinstance(value, list) else [value]


def lint(template):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(template, file, indent=1)
        file.flush()
        command = [pathlib.Path(sys.executable).with_name("cfn-lint"), "--non-zero-exit-code", "warning", "-r", REGION, "-t", file.name]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
    return [] if result.returncode == 0 else [(result.stdout + result.stderr).strip()]


def variables(folder):
    """The environment variables that the sources read. The result does not contain the variables that Lambda sets, and
    the variables of old templates."""
    sources = "\n".join(file.read_text() for file in folder.glob("**/*.rs"))
    names = re.findall(r'(?<=read\(")(?!AWS_)[A-Z_]+(?=")|(?<=need\(")(?!AWS_)[A-Z_]+(?=")|(?<=")OAUTH_[A-Z_]+(?=")', sources)
    return set(names) - OLD_VARIABLES


def problems(template, needed, read):
    """The problems of the expanded template, without the problems that a linter finds. `needed` contains the actions
    that the code needs, and `read` contains the environment variables that the code reads."""
    environment = function(template)["Environment"]["Variables"]
    unset = [f"the code reads {name}, which the function is not given" for name in sorted(read - environment.keys())]
    people = check_sign_in.problems(template, environment)
    limits = check_limits.problems(template)
    return cycles(template) or outputs(template) + permissions(template, needed) + unset + people + limits


if __name__ == "__main__":
    whole = expanded((HERE / "template.yaml").read_text())
    code = HERE.parent / "src"
    found = problems(whole, calls(code / "store"), variables(code)) + lint(whole)
    print("\n".join(found) or "template.yaml: no cycle, every output resolves, the role allows what src/store calls, people can sign in, the limits hold")
    sys.exit(bool(found))
