"""Sends every event of infra/events to the built function, which runs under AWS's Lambda Runtime Interface Emulator and
uses the embedded DynamoDB."""

import contextlib
import copy
import json
import pathlib
import urllib.request

import samcli.local.rapid
from servers import TARGET, dynamodb, free_port, is_open, running, wait_for

EMULATOR = pathlib.Path(samcli.local.rapid.__path__[0]) / "aws-lambda-rie-x86_64"
BOOTSTRAP = TARGET / "lambda/todo-action/bootstrap"
EVENTS = {file.stem: json.loads(file.read_text()) for file in sorted((pathlib.Path(__file__).parent / "events").glob("*.json"))}
# The events in infra/events use this id for a todo, but no todo in the table has this id.
SAMPLE_ID = "k7m2x9qa4t"


@contextlib.contextmanager
def function(database, whole=False, **environment):
    """Starts the Lambda function. Yields a Python function that sends an event to the Lambda function, and returns the
    whole answer, or its status, its media type and its JSON."""
    front, back = free_port(), free_port()
    command = [EMULATOR, "--runtime-interface-emulator-address", f"127.0.0.1:{front}"]
    command += ["--runtime-api-address", f"127.0.0.1:{back}", BOOTSTRAP]
    environment |= {"TABLE_NAME": "todos", "AWS_ENDPOINT_URL_DYNAMODB": database}
    # The events contain no API key.
    environment |= {"AUTH_MODE": "none-everybody-shares-one-list"}
    EMULATOR.chmod(0o755)
    with running(*command, env=environment) as (process, _):
        wait_for(lambda: is_open(front), process)
        yield lambda event: invoke(front, event) if whole else parts(invoke(front, event))


def invoke(port, event):
    url = f"http://127.0.0.1:{port}/2015-03-31/functions/function/invocations"
    with urllib.request.urlopen(url, json.dumps(event).encode(), timeout=30) as answer:
        returned = json.load(answer)
    assert "statusCode" in returned, returned
    return returned


def parts(returned):
    return returned["statusCode"], returned["headers"]["content-type"], json.loads(returned["body"])


def about(event, id):
    return json.loads(json.dumps(event).replace(SAMPLE_ID, id))


def add(send, title):
    event = copy.deepcopy(EVENTS["add"])
    event["body"] = json.dumps({"todos": [{"title": title}]})
    status, _, body = send(event)
    assert status == 201, body
    return body["todos"][0]["id"]


def answer_every_event(send):
    for name, event in EVENTS.items():
        if SAMPLE_ID in json.dumps(event):
            status, kind, body = send(event)
            assert (status, kind, body["code"]) == (404, "application/problem+json", "not_found"), (name, body)
        # Adds a new todo for each event, and puts the todo's id into the event. The event `undo` removes this todo.
        status, kind, body = send(about(event, add(send, f"For {name}")))
        assert (status, kind) == (201 if name == "add" else 200, "application/json"), (name, status, body)
        print(f"  {name}: {status} {json.dumps(body)[:90]}")
        if name == "openapi":
            asked = {event["rawPath"] for event in EVENTS.values()}
            unasked = [path for path in body["paths"] if path.replace("{id}", SAMPLE_ID) not in asked]
            assert not unasked, f"no event asks for {unasked}"


def server(send, stage="$default"):
    event = copy.deepcopy(EVENTS["openapi"])
    if stage != "$default":
        event["requestContext"]["stage"] = stage
        event["rawPath"] = event["requestContext"]["http"]["path"] = f"/{stage}/openapi.json"
    status, _, document = send(event)
    assert status == 200, document
    (only,) = document["servers"]
    return only["url"]


def main():
    with dynamodb() as database:
        with function(database) as send:
            answer_every_event(send)
            host = "https://abc123.execute-api.eu-west-1.amazonaws.com"
            assert EVENTS["openapi"]["requestContext"]["domainName"] == host.removeprefix("https://")
            servers = {server(send): host, server(send, "dev"): f"{host}/dev"}
        with function(database, PUBLIC_URL="https://todo.example.com") as send:
            servers |= {server(send): "https://todo.example.com"}
    for found, expected in servers.items():
        assert found == expected, f"the document names {found}, not {expected}"
        print(f"  the document names {found}")


if __name__ == "__main__":
    main()
