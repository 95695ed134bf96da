"""Deploys a release on a machine without Rust, with the two commands of docs/OPERATIONS.md."""

import json
import os
import pathlib
import re
import shlex
import sys

import template
from deployment import Caller, Deployment, run
from later_steps import TODO
from servers import ROOT, TARGET
from steps import check

sys.path.append(str(ROOT / "release"))
import archive
import aws_folder

ARCHITECTURE = "x86_64"
# The maximum size of the archive: Lambda loads the archive in each cold start.
MOST_BYTES = 5_200_000


def a_release_without_rust(life):
    """Packs the built function as a release, and deploys the release on a machine that has only the SAM CLI."""
    folder = life.emulator.folder / "release"
    folder.mkdir()
    packed = packed_release(folder)
    unpack, deploy = documented_commands(packed.name)
    BareMachine(folder).run(unpack)
    unpacked = folder / packed.name.removesuffix(".tar.gz")
    leave_out(unpacked / "template.yaml")
    stack = Deployment(life.emulator, unpacked, "todo-release")
    printed = BareMachine(unpacked).run([*deploy, "--no-confirm-changeset", "--stack-name", stack.name])
    stack.read()
    check("ProtectCommand" in stack.outputs, f"The stack has the outputs {sorted(stack.outputs)}.\n{printed[-2000:]}")
    Caller(stack).expect(401, "GET", "/todos")
    key = run([TODO, "keys", "create", "--name", "release", "--table", stack.outputs["TableName"]], ROOT)
    person = Caller(stack, re.search(r"\btodo_\w+", key)[0])
    person.add("From a release")
    check(person.titles() == ["From a release"], f"The release gives {person.titles()}.")
    the_protection(stack, unpacked)
    stack.keep_log()


def the_protection(stack, folder):
    """Runs the command of the output ProtectCommand, on the machine without Rust. The stack keeps its other parameters."""
    BareMachine(folder).run([*shlex.split(stack.outputs["ProtectCommand"]), "--no-confirm-changeset"])
    stack.read()
    check("ProtectCommand" not in stack.outputs, "ProtectCommand has not protected the stack of the release.")


class BareMachine:
    """Runs commands in a folder, as on a machine with the SAM CLI and without Rust."""

    def __init__(self, folder):
        self.folder = folder

    def run(self, command):
        environment = {**os.environ, "SAM_PYTHON": sys.executable}
        return run([pathlib.Path(__file__).with_name("bare_machine"), self.folder, *command], self.folder, environment)


def packed_release(folder):
    """Packs the function as the release workflow does. Returns the archive."""
    os.environ.setdefault("SOURCE_DATE_EPOCH", "1700000000")
    function = folder / "function.zip"
    archive.pack(function, {"bootstrap": TARGET / "lambda/todo-action/bootstrap"})
    size = function.stat().st_size
    check(size <= MOST_BYTES, f"The archive of the function has {size} bytes, more than {MOST_BYTES}.")
    packed = folder / f"todo-action-{aws_folder.version()}-aws-{ARCHITECTURE}.tar.gz"
    aws_folder.pack(ARCHITECTURE, function, packed)
    return packed


def documented_commands(name):
    """The two commands of docs/OPERATIONS.md for this archive: one unpacks it, and one deploys it."""
    text = (ROOT / "docs/OPERATIONS.md").read_text().replace("\\\n", " ")
    documented = "todo-action-VERSION-aws-arm64"
    (unpack,) = re.findall(rf"^(tar .* {documented}\.tar\.gz)$", text, re.M)
    (deploy,) = re.findall(rf"^cd {documented} && (sam deploy .+)$", text, re.M)
    return shlex.split(unpack.replace(f"{documented}.tar.gz", name)), shlex.split(deploy)


def leave_out(file):
    """Takes out of the template what the emulator cannot do (leave_out.yaml)."""
    made = template.without(template.yaml_parse(file.read_text()), template.entries())
    file.write_text(json.dumps(made, indent=1, default=str))
