"""Deploys a stack with SAM, as README.md says, and calls the deployed service."""

import json
import os
import pathlib
import re
import shlex
import subprocess
import urllib.error
import urllib.parse
import urllib.request

from servers import TOOLS

PATIENCE = 120


class Failed(AssertionError):
    """A step of the rehearsal has failed. The message names the resource or the step."""


def run(command, folder, environment=None, **more):
    """Runs a command and returns its output. Fails with the last lines of the output."""
    command = list(map(str, command))
    done = subprocess.run(command, cwd=folder, env=environment, text=True, capture_output=True, check=False, **more)
    if done.returncode:
        raise Failed(f"`{shlex.join(command)}` failed:\n{(done.stdout + done.stderr).strip()[-3000:]}")
    return done.stdout


class Deployment:
    """A stack. `folder` contains its template. `outputs` contains its outputs after a deployment."""

    def __init__(self, emulator, folder, name):
        self.emulator, self.folder, self.name = emulator, folder, name
        self.stacks = emulator.client("cloudformation")
        self.outputs = {}

    def deploy(self, **parameters):
        """Runs `sam deploy`. If a resource fails, the message names the resource."""
        # samconfig.toml names the template that `sam build` makes. If this folder has no build, its own template.yaml
        # names code that another rehearsal has built.
        is_built = (self.folder / ".aws-sam/build/template.yaml").exists()
        template = [] if is_built else ["--template-file", "template.yaml"]
        self.sam("deploy", "--no-confirm-changeset", *template, *overrides(parameters))
        self.read()

    def read(self):
        """Reads the outputs. The host of the API then belongs to the emulator."""
        (stack,) = self.stacks.describe_stacks(StackName=self.name)["Stacks"]
        before, self.outputs = self.outputs, {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}
        if before.get("BaseUrl") != self.outputs["BaseUrl"]:
            self.emulator.name(urllib.parse.urlsplit(self.outputs["BaseUrl"]).hostname)

    def sam(self, command, *arguments):
        try:
            return run([TOOLS / "sam", command, "--stack-name", self.name, *arguments], self.folder)
        except Failed as error:
            refused = self.refused_resources()
            raise Failed(f"{refused}\n{error}" if refused else str(error)) from None

    def refused_resources(self):
        """The resources that CloudFormation could not make or change in the last operation, with the reasons."""
        try:
            events = self.stacks.describe_stack_events(StackName=self.name)["StackEvents"]
        except self.stacks.exceptions.ClientError:
            return ""
        lines = []
        for event in events:
            if event["ResourceType"] == "AWS::CloudFormation::Stack":
                if event["ResourceStatus"] in ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS"):
                    break
            elif event["ResourceStatus"].endswith("_FAILED"):
                lines.append(f"{event['LogicalResourceId']} ({event['ResourceType']}): {event.get('ResourceStatusReason')}")
        return "\n".join(lines)

    def logs(self):
        """The log lines of the function, the oldest line first."""
        logs = self.emulator.client("logs")
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{self.name}")
        return [event["message"] for page in pages for event in page["events"]]

    def keep_log(self):
        """Appends the log of the function to rehearsal.log in the folder KEPT_LOGS, if this variable is set."""
        if folder := os.environ.get("KEPT_LOGS"):
            with (pathlib.Path(folder) / "rehearsal.log").open("a") as kept:
                kept.writelines(f"{line}\n" for line in self.logs())

    def status(self):
        (stack,) = self.stacks.describe_stacks(StackName=self.name)["Stacks"]
        return stack["StackStatus"]


def overrides(parameters):
    return ["--parameter-overrides", *(f"{name}={value}" for name, value in parameters.items())] if parameters else []


class Answer:
    """An answer of the service. `json` is None if the body is not JSON."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body
        kind = headers.get("content-type", "")
        self.json = json.loads(body) if re.match(r"application/(.+\+)?json", kind) else None


class Caller:
    """A program that calls a deployed service, with or without a credential."""

    def __init__(self, deployment, credential=None):
        self.deployment, self.credential = deployment, credential

    def ask(self, method, path, body=None, headers=None):
        """Sends a request through API Gateway."""
        headers = {"Accept": "application/json, text/event-stream"} | (headers or {})
        if self.credential:
            headers["Authorization"] = f"Bearer {self.credential}"
        if body is not None:
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(self.address(path), method=method, headers=headers)
        request.data = None if body is None else json.dumps(body).encode()
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return Answer(answer.status, answer.headers, answer.read().decode())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.headers, error.read().decode())

    def address(self, path):
        base = self.deployment.outputs["BaseUrl"]
        if path != "/health":
            return base + path
        # On each host, the emulator itself answers /health. So this function uses another address of the API for
        # /health. AWS does not have this address.
        host = urllib.parse.urlsplit(base)
        return f"{host.scheme}://127.0.0.1:{host.port}/_aws/execute-api/{host.hostname.split('.')[0]}/$default{path}"

    def titles(self):
        """The titles of the open todos. Fails unless the service answers with the todos."""
        answer = self.expect(200, "GET", "/todos")
        return sorted(todo["title"] for todo in answer.json["todos"])

    def add(self, *titles):
        self.expect(201, "POST", "/todos", {"todos": [{"title": title} for title in titles]})

    def expect(self, status, method, path, *arguments):
        answer = self.ask(method, path, *arguments)
        if answer.status != status:
            raise Refused(self.deployment, method, path, answer, status)
        return answer


class Refused(Failed):
    """The service has answered with another status than expected."""

    def __init__(self, deployment, method, path, answer, expected):
        super().__init__(f"{method} {path} was answered {answer.status}, not {expected}: {answer.body[:400]}")
        self.deployment, self.answer = deployment, answer
