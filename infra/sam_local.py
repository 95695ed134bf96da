"""Sends every event through `sam local invoke`, and runs a session through `sam local start-api`. The script needs a
running container engine that already has the image. infra/sam-local starts the engine and makes the image."""

import contextlib
import json
import os
import pathlib
import socketserver
import subprocess
import tempfile
import threading
import time
import urllib.request

import check_lambda
from servers import CREDENTIALS, TARGET, TOOLS, dynamodb, free_port, is_open, moto, running, wait_for

ENV_FILE = pathlib.Path(__file__).parent / "local-env.json"
# Containers reach this machine at this address. The default is the address of Docker's bridge.
BRIDGE = os.environ.get("BRIDGE", "172.17.0.1")


@contextlib.contextmanager
def forwarded(port):
    """Opens a port on the bridge, and forwards its connections to this port. The embedded DynamoDB listens only on
    127.0.0.1."""

    class Forward(socketserver.BaseRequestHandler):
        def handle(self):
            with socketserver.socket.create_connection(("127.0.0.1", port)) as there:
                back = threading.Thread(target=pump, args=(there, self.request), daemon=True)
                back.start()
                pump(self.request, there)
                back.join()

    with socketserver.ThreadingTCPServer((BRIDGE, 0), Forward) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def pump(source, sink):
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socketserver.socket.SHUT_WR)


def sam(command, env_file, *arguments):
    options = ["--template", TARGET / "sam/template.yaml", "--env-vars", env_file, "--skip-pull-image"]
    options += ["--parameter-overrides", "Architecture=x86_64", "--add-host", f"host.docker.internal:{BRIDGE}"]
    return list(map(str, [TOOLS / "sam", "local", command, *options, *arguments]))


def invoke(env_file, environment, event):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(event, file)
        file.flush()
        command = sam("invoke", env_file, "--event", file.name, "Function")
        result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    returned = json.loads(result.stdout.strip().splitlines()[-1])
    assert returned.get("statusCode", 500) < 500, result.stdout + result.stderr
    return returned["statusCode"], returned["headers"]["content-type"], json.loads(returned["body"])


def ask(base, method, path, body=None):
    request = urllib.request.Request(f"{base}{path}", method=method, headers={"Content-Type": "application/json"})
    request.data = None if body is None else json.dumps(body).encode()
    started = time.monotonic()
    with urllib.request.urlopen(request, timeout=60) as answer:
        told = json.load(answer)
        print(f"  {method} {path}: {answer.status} ({time.monotonic() - started:.1f} s) {json.dumps(told)[:80]}")
        return told


def session(base):
    """Adds, lists, completes and undoes todos, as a GPT would."""
    added = ask(base, "POST", "/todos", {"todos": [{"title": "Book flights", "list": "Travel"}, {"title": "Pack", "list": "Travel"}]})
    flights, _ = (todo["id"] for todo in added["todos"])
    titles = lambda: sorted(todo["title"] for todo in ask(base, "GET", "/todos?list=travel")["todos"])
    assert titles() == ["Book flights", "Pack"]
    assert ask(base, "PATCH", f"/todos/{flights}", {"status": "completed"})["todo"]["status"] == "completed"
    assert titles() == ["Pack"]
    (undone,) = ask(base, "POST", "/undo", {})["todos"]
    assert (undone["id"], undone["status"]) == (flights, "open")
    assert titles() == ["Book flights", "Pack"]


def main():
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        database = stack.enter_context(dynamodb("--allow-host", "host.docker.internal"))
        sts = stack.enter_context(moto())
        port = stack.enter_context(forwarded(int(database.rsplit(":", 1)[1])))
        env_file = folder / ENV_FILE.name
        env_file.write_text(ENV_FILE.read_text().replace(":8000", f":{port}"))
        # SAM asks STS for the identity of the caller. Without an answer from STS, SAM waits several seconds in every
        # run.
        environment = {**os.environ, **CREDENTIALS, "AWS_ENDPOINT_URL_STS": sts}
        print("sam local invoke")
        check_lambda.answer_every_event(lambda event: invoke(env_file, environment, event))
        print("sam local start-api")
        front = free_port()
        command = sam("start-api", env_file, "--port", front, "--warm-containers", "EAGER")
        with running(*command, env=environment) as (process, _):
            wait_for(lambda: is_open(front), process)
            session(f"http://127.0.0.1:{front}")
    print("every event was answered, and the session went as it should")


if __name__ == "__main__":
    main()
