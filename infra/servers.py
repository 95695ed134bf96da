"""Starts servers for a check. The servers listen on 127.0.0.1, and end together with the check."""

import contextlib
import os
import pathlib
import re
import secrets
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
TOOLS = pathlib.Path(sys.executable).parent
# The environment variables that AWS would set. The embedded DynamoDB answers only calls with this access key. The
# servers in the checks ignore the secret and the region.
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": f"TODO{secrets.token_hex(16).upper()}",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_REGION": "eu-west-1",
}
PATIENCE = 30


@contextlib.contextmanager
def running(*command, env=None):
    """Runs the command, and yields the process and the file with its output. Prints the output if the check fails."""
    with tempfile.NamedTemporaryFile("w+", suffix=".log") as log:
        whole = {**os.environ, **CREDENTIALS, **(env or {})}
        process = subprocess.Popen(list(map(str, command)), env=whole, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            yield process, pathlib.Path(log.name)
        except BaseException:
            sys.stderr.write(pathlib.Path(log.name).read_text()[-4000:])
            raise
        finally:
            process.terminate()
            process.wait(PATIENCE)
            keep(log.name)


def keep(log):
    """Appends the file to infra.log in the folder KEPT_LOGS, if this variable is set."""
    if folder := os.environ.get("KEPT_LOGS"):
        with open(pathlib.Path(folder) / "infra.log", "ab") as kept:
            kept.write(pathlib.Path(log).read_bytes())


@contextlib.contextmanager
def serving(*command, env=None):
    """Runs a server that prints its address, and yields the address."""
    with running(*command, env=env) as (process, log):
        yield wait_for(lambda: re.search(r"http://127\.0\.0\.1:\d+", log.read_text()), process)[0]


def wait_for(something, process):
    """Calls `something` again and again, and returns its first true value. Fails if the process ends earlier."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = something()
        if found:
            return found
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise TimeoutError(f"{process.args[0]} did not start")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def is_open(port):
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def dynamodb(*options):
    """Starts the embedded DynamoDB with our table. The embedded DynamoDB answers only calls with the access key in
    CREDENTIALS."""
    return serving(TARGET / "debug/todo", "dynamodb", "--port", "0", *options)


def moto():
    """Starts moto's server with AWS's managed policies, because `cargo lambda deploy` attaches some of these policies
    to its role."""
    return serving(TOOLS / "moto_server", "-H", "127.0.0.1", "-p", "0", env={"MOTO_IAM_LOAD_MANAGED_POLICIES": "true"})
