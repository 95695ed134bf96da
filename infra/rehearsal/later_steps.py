"""The later steps in the life of a stack: keys, another provider, new code, accidents, and the end."""

import base64
import hashlib
import re
import secrets
import shutil
import zipfile

from deployment import Caller, Deployment, Failed, run
from people import ADA, Person
from servers import ROOT, TARGET, TOOLS
from steps import check, readme_parameters

RESTORED = "todos-restored"
TODO = TARGET / "debug/todo"
# A domain whose Route 53 zone does not exist. On AWS, the certificate would fail too.
NOWHERE = {
    "DomainName": "todo.example.com",
    "HostedZoneId": "Z0000000NOWHERE",
    "CertificateArn": "arn:aws:acm:eu-west-1:000000000000:certificate/00000000-0000-0000-0000-000000000000",
}


def a_stack_with_keys(life):
    """Deploys a second stack, and makes an API key with the `todo` command."""
    life.keys.deploy(AuthMode="api-key", Architecture="x86_64")
    table = life.keys.outputs["TableName"]
    printed = run([TODO, "keys", "create", "--name", "rehearsal", "--table", table], ROOT)
    life.key = Caller(life.keys, re.search(r"\btodo_\w+", printed)[0])
    life.key.add("With a key")
    check(life.key.titles() == ["With a key"], f"The key sees {life.key.titles()}.")
    Caller(life.keys).expect(401, "GET", "/todos")


def another_provider(life):
    """The second stack gets another OpenID provider than Cognito, with a secret. The key still works."""
    person, secret = Person(life.emulator, cognito=False), secrets.token_urlsafe(24)
    with person.other_provider(f"{life.keys.outputs['BaseUrl']}/oauth/callback", secret) as issuer:
        life.keys.deploy(AuthMode="oauth", OAuthIssuer=issuer, OAuthClientId="todo", OAuthPeople=ADA)
        run([TODO, "provider", "set-secret", "--table", life.keys.outputs["TableName"]], ROOT, input=secret)
        tokens = person.allow_program(life.keys.outputs["BaseUrl"])
    program = Caller(life.keys, tokens["access_token"])
    check(program.titles() == [], f"A new person sees {program.titles()}.")
    program.add("At another provider")
    check(life.key.titles() == ["With a key"], f"The key sees {life.key.titles()}.")


def new_code_alone(life):
    """Deploys other code with `cargo lambda deploy`. The code is the same program with one more byte."""
    built, other = TARGET / "lambda/todo-action/bootstrap", life.folder / "lambda/todo-action/bootstrap"
    other.parent.mkdir(parents=True)
    shutil.copy(built, other)
    other.open("ab").write(b"\0")
    name, functions = life.stack.outputs["FunctionName"], life.emulator.client("lambda")
    settings = ("Environment", "Handler", "MemorySize", "Role", "Runtime", "Timeout")
    before = functions.get_function_configuration(FunctionName=name)
    options = ["--lambda-dir", other.parent.parent, "--endpoint-url", life.emulator.environment["AWS_ENDPOINT_URL"]]
    run([TOOLS / "cargo-lambda", "lambda", "deploy", "--binary-name", "todo-action", *options, name], ROOT)
    after = functions.get_function_configuration(FunctionName=name)
    archive = other.with_name("bootstrap.zip")
    deployed = base64.b64encode(hashlib.sha256(archive.read_bytes()).digest()).decode()
    check(before["CodeSha256"] != after["CodeSha256"] == deployed, "Function: the code is not the new code.")
    check(zipfile.ZipFile(archive).read("bootstrap") == other.read_bytes(), "Function: the archive has other code.")
    changed = [setting for setting in settings if before[setting] != after[setting]]
    check(not changed, f"Function: `cargo lambda deploy` has changed {changed}.")
    check(life.program.titles() == life.titles, f"The new code gives {life.program.titles()}.")


def an_update_that_fails(life):
    """Gives the stack a domain in a zone that does not exist. CloudFormation restores the state before the update."""
    before = life.stack.outputs
    try:
        life.stack.deploy(**NOWHERE)
    except Failed as error:
        check("DomainRecord" in str(error), f"Another resource than DomainRecord failed:\n{error}")
    else:
        raise Failed("DomainRecord: An update with a zone that does not exist has not failed.")
    check(life.stack.status() == "UPDATE_ROLLBACK_COMPLETE", f"The stack is {life.stack.status()}.")
    life.stack.read()
    check(life.stack.outputs == before, f"The outputs are now {life.stack.outputs}.")
    check(life.program.titles() == life.titles, f"After the failed update, the list is {life.program.titles()}.")


def a_first_deployment_that_fails(life):
    """The same parameters fail in a first deployment. CloudFormation then removes the empty table."""
    failing = Deployment(life.emulator, life.folder, "todo-fails")
    try:
        failing.deploy(Architecture="x86_64", **NOWHERE)
    except Failed as error:
        check("DomainRecord" in str(error), f"Another resource than DomainRecord failed:\n{error}")
    else:
        raise Failed("DomainRecord: A first deployment with a zone that does not exist has not failed.")
    tables = life.emulator.client("dynamodb").list_tables()["TableNames"]
    left = [table for table in tables if table.startswith(failing.name)]
    check(not left, f"TodosTable: After the failed first deployment, {left} is left.")


def a_restored_table(life):
    """Restores the table as docs/OPERATIONS.md says. Every grant has ended, and the todos are there."""
    tables, source = life.emulator.client("dynamodb"), life.stack.outputs["TableName"]
    throughput = {"MaxReadRequestUnits": 3000, "MaxWriteRequestUnits": 1000}
    tables.restore_table_to_point_in_time(
        SourceTableName=source, TargetTableName=RESTORED, UseLatestRestorableTime=True, OnDemandThroughputOverride=throughput
    )
    tables.get_waiter("table_exists").wait(TableName=RESTORED)
    tables.update_time_to_live(TableName=RESTORED, TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires_at"})
    tables.update_continuous_backups(TableName=RESTORED, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})
    tables.update_table(TableName=RESTORED, DeletionProtectionEnabled=True)
    life.stack.deploy(RestoredTable=RESTORED)
    check(life.stack.outputs["TableName"] == RESTORED, "The function does not use the restored table.")
    life.program.expect(401, "GET", "/todos")
    life.program = Caller(life.stack, life.ada.allow_program(life.stack.outputs["BaseUrl"])["access_token"])
    check(life.program.titles() == life.titles, f"In the restored table, the list is {life.program.titles()}.")
    life.own_table = source


def the_end(life):
    """Deletes the stack. The tables and the user pool with its person stay."""
    pool, tables = life.stack.outputs["UserPoolId"], life.emulator.client("dynamodb")
    for deployment in (life.stack, life.keys):
        deployment.keep_log()
    life.stack.sam("delete", "--no-prompts")
    for name in (life.own_table, RESTORED):
        items = tables.scan(TableName=name, Select="COUNT")["Count"]
        check(items > 0, f"The table {name} is empty.")
    people = life.emulator.client("cognito-idp").list_users(UserPoolId=pool)["Users"]
    emails = [one["Value"] for person in people for one in person["Attributes"] if one["Name"] == "email"]
    check(emails == [ADA], f"The user pool has {emails}.")
    gone = life.emulator.client("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{life.stack.name}")["logGroups"]
    check(not gone, "FunctionLogs: the log is still there.")


def a_second_first_deployment(life):
    """Deploys a stack with the same name once more. The emulator would give the old name to the new table, and lose the
    old table. AWS makes a new name for each table, and so does this step."""
    life.template["Resources"]["TodosTable"]["Properties"]["TableName"] = f"{life.stack.name}-TodosTable-{secrets.token_hex(6)}"
    life.build()
    life.stack.deploy(**readme_parameters())
    check(life.stack.outputs["TableName"] not in (life.own_table, RESTORED), "TodosTable: the new stack has the old table.")
    Caller(life.stack).expect(200, "GET", "/health")
    life.program.expect(401, "GET", "/todos")
    items = life.emulator.client("dynamodb").scan(TableName=life.own_table, Select="COUNT")["Count"]
    check(items > 0, "TodosTable: the second stack has emptied the table of the first stack.")
