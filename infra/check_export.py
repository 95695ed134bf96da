"""Exports and erases 20,000 todos through the built function. Checks that the function needs less memory and less time
than a function with 256 MB has on AWS, and that each todo is in the export exactly once.

Lambda gives a function with 256 MB the part 256/1769 of a processor
(https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html). This machine has no such limit. So the check
measures the processor time of each request, and computes how long the request would take with this part. The waiting
for DynamoDB comes on top of it."""

import copy
import json
import os
import pathlib
import time

import boto3
from check_lambda import BOOTSTRAP, EVENTS, function
from servers import CREDENTIALS, dynamodb

TODOS = 20_000
AT_ONCE = 80
PART_OF_A_PROCESSOR = 256 / 1769
# The maximum time of a request. The function stops a request after 14 seconds (src/api/mod.rs), and DynamoDB needs some
# of these seconds.
SECONDS = 10
MEGABYTES = 200
LAMBDA_BYTES = 6 * 1024 * 1024
NOTES = "Ask for the \"quiet\" room \\ before nine.\nبعد ذلك 📞 اتصل.\n" * 4


def pid():
    """The process of the function, which the emulator starts with the first event."""
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(folder / "exe") == str(BOOTSTRAP.resolve()):
                return folder.name
        except OSError:
            continue
    raise AssertionError("the function does not run")


def processor_seconds():
    fields = pathlib.Path(f"/proc/{pid()}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_megabytes():
    status = pathlib.Path(f"/proc/{pid()}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def request(send, method, path, query="", body=None):
    """Sends a request. Returns the status, the headers, the body, and the seconds that the function would need."""
    event = copy.deepcopy(EVENTS["overview"])
    event["requestContext"]["http"] |= {"method": method, "path": path}
    event |= {"rawPath": path, "rawQueryString": query}
    if body is not None:
        event["headers"]["content-type"] = "application/json"
        event["body"] = json.dumps(body)
    before = processor_seconds()
    returned = send(event)
    seconds = (processor_seconds() - before) / PART_OF_A_PROCESSOR
    assert seconds < SECONDS, f"{method} {path} would take {seconds:.1f} s"
    assert len(json.dumps(returned, ensure_ascii=False).encode()) < LAMBDA_BYTES
    return returned["statusCode"], returned["headers"], returned["body"], seconds


def seed(send):
    for first in range(0, TODOS, AT_ONCE):
        todos = [{"title": f"Todo {number}", "notes": NOTES, "tags": ["a"]} for number in range(first, first + AT_ONCE)]
        status, _, body, _ = request(send, "POST", "/todos", body={"todos": todos, "allow_duplicate": True})
        assert status == 201, body


def export(send):
    """Follows the pages of the export. Returns the titles of all todos."""
    titles, query, slowest, pages = [], "format=json", 0, 0
    while query:
        status, headers, body, seconds = request(send, "GET", "/export", query)
        assert status == 200, body[:500]
        page = json.loads(body)
        titles += [todo["title"] for todo in page["todos"]]
        query = headers["link"].partition("?")[2].partition(">")[0] if "link" in headers else None
        assert bool(query) == ("next_cursor" in page)
        slowest, pages = max(slowest, seconds), pages + 1
    print(f"  GET /export: {len(titles)} todos on {pages} pages; the slowest would take {slowest:.1f} s with 256 MB")
    return titles


def download(send):
    """Opens the addresses that an assistant gets. Returns the number of todos in the files."""
    status, _, body, seconds = request(send, "GET", "/export/address", "format=todo.txt")
    assert status == 200, body
    addresses = json.loads(body)["addresses"]
    print(f"  exportTodos: {len(addresses)} addresses; would take {seconds:.1f} s with 256 MB")
    lines = 0
    for address in addresses:
        path = "/downloads/" + address.rpartition("/")[2]
        status, _, body, _ = request(send, "GET", path)
        assert status == 200, body[:500]
        lines += body.count("\n")
        assert request(send, "GET", path)[0] == 404
    return lines


def erase(send, client):
    requests, begun = 0, time.monotonic()
    while True:
        status, _, body, _ = request(send, "DELETE", "/account", "confirm=erase-everything")
        requests += 1
        if status == 200:
            break
        assert status == 202 and not json.loads(body)["erased"], body
    assert json.loads(body)["erased"], body
    left = client.scan(TableName="todos", ConsistentRead=True)["Items"]
    assert left == [], left[:3]
    print(f"  DELETE /account: {requests} requests, {time.monotonic() - begun:.1f} s here, nothing is left in the table")


def main():
    with dynamodb() as database:
        client = boto3.client(
            "dynamodb",
            endpoint_url=database,
            region_name=CREDENTIALS["AWS_REGION"],
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        )
        with function(database, whole=True) as send:
            assert send(EVENTS["health"])["statusCode"] == 200
            seed(send)
            assert sorted(export(send)) == sorted(f"Todo {number}" for number in range(TODOS))
            assert download(send) == TODOS
            erase(send, client)
            peak = peak_megabytes()
            assert peak < MEGABYTES, f"{peak:.0f} MB"
            print(f"  the function has used at most {peak:.0f} MB")


if __name__ == "__main__":
    main()
