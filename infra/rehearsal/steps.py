"""The first steps in the life of a stack: a deployment, a person and a program."""

import contextlib
import io
import json
import re
import shlex

import check_lambda
import template
from deployment import Caller, Deployment, Failed, overrides, run
from people import ADA, Person, mcp
from servers import ROOT, TOOLS
from stack import Stack


class Rehearsal:
    """What one step leaves for the next steps."""

    def __init__(self, emulator, made, folder):
        self.emulator, self.template, self.folder = emulator, made, folder
        self.ada = Person(emulator)
        self.stack = Deployment(emulator, folder, "todo-action")
        self.keys = Deployment(emulator, folder, "todo-keys")
        # `program` calls the service with an access token for Ada's todos. `titles` are the titles of Ada's todos after
        # all operations.
        self.program = self.key = self.titles = None

    def build(self):
        """Runs `sam build`, unless another rehearsal has already built the code."""
        template.write(self.template, self.folder)
        if self.template["Resources"]["Function"]["Properties"]["CodeUri"] == str(ROOT):
            run([TOOLS / "sam", "build", *overrides({"Architecture": "x86_64"})], self.folder)

    def use_code_of(self, other):
        """Uses the code that `sam build` has made for another rehearsal."""
        self.template["Resources"]["Function"]["Properties"]["CodeUri"] = str(other.folder / ".aws-sam/build/Function")


def readme_parameters():
    """The parameters of the command `sam deploy` in README.md."""
    readme = (ROOT / "README.md").read_text().replace("\\\n", " ")
    (command,) = re.findall(r"^sam build && sam deploy --parameter-overrides (.+)$", readme, re.M)
    given = dict(word.split("=", 1) for word in shlex.split(command))
    check("FirstPerson" in given, "README.md: `sam deploy` names no FirstPerson.")
    return given | {"FirstPerson": ADA, "Architecture": "x86_64"}


def check(holds, what):
    if not holds:
        raise Failed(what)


def the_default_deployment(life):
    """Deploys the stack with the command of README.md, and reads its outputs."""
    life.build()
    life.stack.deploy(**readme_parameters())
    given, outputs = life.stack.outputs, life.template["Outputs"]
    made = Stack(life.template, readme_parameters())
    missing = [name for name, output in outputs.items() if made.has(output) and name not in given]
    check(not missing, f"The stack has no outputs {missing}.")
    check(given["McpUrl"] == f"{given['BaseUrl']}/mcp", f"The output McpUrl is {given['McpUrl']}.")
    nobody = Caller(life.stack)
    for name in ("BaseUrl", "OpenApiUrl", "PrivacyPolicyUrl"):
        nobody.expect(200, "GET", given[name].removeprefix(given["BaseUrl"]))
    nobody.expect(200, "GET", "/health")
    challenge = nobody.expect(401, "POST", "/mcp", {}).headers["www-authenticate"]
    check("resource_metadata=" in challenge, f"/mcp asks nobody to sign in: {challenge}")


def the_first_person(life):
    """Adds the first person, because the emulator cannot do this. Uses the properties in the template."""
    first = template.original()["Resources"]["FirstUser"]["Properties"]
    del first["UserPoolId"]
    values = Stack(template.original(), readme_parameters()).value(first)
    life.emulator.client("cognito-idp").admin_create_user(UserPoolId=life.stack.outputs["UserPoolId"], **values)


def the_protection(life):
    """Runs the command of the output ProtectCommand."""
    words = shlex.split(life.stack.outputs["ProtectCommand"])
    run([*words, "--no-confirm-changeset"], life.folder)
    life.stack.read()
    check("ProtectCommand" not in life.stack.outputs, "The stack still has the output ProtectCommand.")
    table = life.emulator.client("dynamodb").describe_table(TableName=life.stack.outputs["TableName"])["Table"]
    check(table["DeletionProtectionEnabled"], "TodosTable: ProtectCommand has not protected the table.")


def a_person_signs_in(life):
    """Ada signs in at Cognito, and allows a program. The program uses /mcp and all operations."""
    life.ada.read_mail()
    tokens = life.ada.allow_program(life.stack.outputs["BaseUrl"])
    life.program = Caller(life.stack, tokens["access_token"])


def the_program_uses_everything(life):
    life.program.titles()
    tools, titles = mcp(life.stack.outputs["McpUrl"], life.program.credential)
    check({"addTodos", "getTodos"} <= tools and titles == ["From MCP"], f"/mcp gives {tools} and {titles}")
    with contextlib.redirect_stdout(io.StringIO()):
        check_lambda.answer_every_event(lambda event: through_the_api(life.program, event))
    life.titles = life.program.titles()


def through_the_api(program, event):
    """Sends the request of a Lambda event through API Gateway."""
    path = event["rawPath"] + (f"?{event['rawQueryString']}" if event["rawQueryString"] else "")
    body = json.loads(event["body"]) if event.get("body") else None
    headers = {name: value for name, value in event["headers"].items() if name.startswith("mcp-") or name == "accept"}
    answer = program.ask(event["requestContext"]["http"]["method"], path, body, headers)
    return answer.status, answer.headers["content-type"], answer.json
