"""Runs `cargo lambda deploy` with moto in two cases: new code for an existing function, and a new function."""

import base64
import hashlib
import io
import os
import subprocess
import zipfile

import boto3
from servers import CREDENTIALS, ROOT, TARGET, TOOLS, moto

SETTINGS = {
    "MemorySize": 512,
    "Timeout": 15,
    "Environment": {"Variables": {"TABLE_NAME": "todos", "PUBLIC_URL": "https://todo.example.com"}},
    "TracingConfig": {"Mode": "Active"},
}
TRUST = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"lambda.amazonaws.com"}}]}'


def client(service, endpoint):
    keys = {"aws_access_key_id": "local", "aws_secret_access_key": "local", "region_name": CREDENTIALS["AWS_REGION"]}
    return boto3.client(service, endpoint_url=endpoint, **keys)


def deploy(endpoint, *arguments):
    command = ["cargo", "lambda", "deploy", "--binary-name", "todo-action", "--endpoint-url", endpoint, *arguments]
    environment = {**os.environ, **CREDENTIALS, "PATH": f"{TOOLS}:{os.environ['PATH']}"}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def archive_of(functions, name):
    """The hash of the deployed archive. The archive must contain the executable that cargo has built."""
    file = TARGET / "lambda/todo-action/bootstrap.zip"
    digest = hashlib.sha256(file.read_bytes()).digest()
    deployed = functions.get_function_configuration(FunctionName=name)["CodeSha256"]
    assert deployed == base64.b64encode(digest).decode(), f"{name} has other code than was packed"
    assert zipfile.ZipFile(file).read("bootstrap") == file.with_name("bootstrap").read_bytes(), "other code than was built"
    return deployed


def old_code():
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("bootstrap", "old")
    return archive.getvalue()


def new_code_for_the_function_of_the_stack(endpoint, functions):
    role = client("iam", endpoint).create_role(RoleName="todo", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    made = {"Runtime": "provided.al2023", "Handler": "bootstrap", "Role": role, "Code": {"ZipFile": old_code()}}
    functions.create_function(FunctionName="todo-action-Function-Ab12", **made, **SETTINGS)
    before = functions.get_function_configuration(FunctionName="todo-action-Function-Ab12")
    deploy(endpoint, "todo-action-Function-Ab12")
    after = functions.get_function_configuration(FunctionName="todo-action-Function-Ab12")
    assert before["CodeSha256"] != after["CodeSha256"], "the code is the old one"
    changed = {name for name in SETTINGS.keys() | {"Role", "Handler", "Runtime"} if before[name] != after[name]}
    assert not changed, f"deploying code changed {changed}"
    return "todo-action-Function-Ab12"


def a_function_alone(endpoint, functions):
    deploy(endpoint, "todo-alone", "--enable-function-url", "--env-var", "TABLE_NAME=todos")
    made = functions.get_function_configuration(FunctionName="todo-alone")
    expected = {"Runtime": "provided.al2023", "Handler": "bootstrap", "Timeout": 15, "Environment": {"Variables": {"TABLE_NAME": "todos"}}}
    assert {name: made[name] for name in expected} == expected, made
    assert functions.get_function_url_config(FunctionName="todo-alone")["FunctionUrl"].startswith("https://")
    return "todo-alone"


def main():
    with moto() as endpoint:
        functions = client("lambda", endpoint)
        for case in (new_code_for_the_function_of_the_stack, a_function_alone):
            name = case(endpoint, functions)
            print(f"  cargo lambda deploy {name}: {archive_of(functions, name)}, which is what was built")


if __name__ == "__main__":
    main()
