"""Imports 5,000 todos in a file of almost 8 MB through the built function, undoes the import, and imports the file again.
Checks that the function needs less memory and less time than a function with 256 MB has on AWS (check_export.py says
how the time is computed), and that no todo is there twice."""

import base64
import copy
import gzip
import json
import random

from check_export import EVENTS, PART_OF_A_PROCESSOR, SECONDS, peak_megabytes, processor_seconds, request
from check_lambda import function
from servers import dynamodb

TODOS = 5_000
FILE_BYTES = 8 * 1024 * 1024
# The service accepts at most 4 MB of a file in one request.
PART_BYTES = 3_900_000
MEGABYTES = 200
LAMBDA_BYTES = 6 * 1024 * 1024


def todoist():
    """A project of Todoist, with texts that gzip can only make a little smaller."""
    chance = random.Random(24)
    letters = "abcdefghijklmnopqrstuvwxyzäöüABCDEFGH 0123456789"
    lines = ["TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT,AUTHOR,RESPONSIBLE,DATE,DATE_LANG,TIMEZONE"]
    for number in range(TODOS):
        notes = "".join(chance.choices(letters, k=1_480))
        lines.append(f'task,Todo {number} @tag{number % 9},"{notes}",{1 + number % 4},1,,,every! 3 days,en,Europe/Berlin')
    file = "\r\n".join(lines).encode()
    assert 0.9 * FILE_BYTES < len(file) < FILE_BYTES, len(file)
    return file


def send_part(send, query, part):
    """Sends a part of a file, as API Gateway sends it. Returns the answer, and the seconds that the function would need."""
    event = copy.deepcopy(EVENTS["overview"])
    event["requestContext"]["http"] |= {"method": "POST", "path": "/import"}
    event |= {"rawPath": "/import", "rawQueryString": query, "isBase64Encoded": True}
    event["headers"] |= {"content-type": "application/octet-stream", "content-encoding": "gzip"}
    event["body"] = base64.b64encode(part).decode()
    assert len(json.dumps(event).encode()) < LAMBDA_BYTES
    before = processor_seconds()
    returned = send(event)
    seconds = (processor_seconds() - before) / PART_OF_A_PROCESSOR
    assert returned["statusCode"] == 200, returned["body"][:500]
    assert seconds < SECONDS, f"POST /import would take {seconds:.1f} s"
    return json.loads(returned["body"]), seconds


def preview(send, file):
    packed = gzip.compress(file, mtime=0)
    parts = [packed[first : first + PART_BYTES] for first in range(0, len(packed), PART_BYTES)]
    seen, query, slowest = None, "name=Work.csv", 0
    for number, part in enumerate(parts):
        more = "true" if number + 1 < len(parts) else "false"
        seen, seconds = send_part(send, f"{query}&more={more}", part)
        query, slowest = f"import={seen['import']}", max(slowest, seconds)
    print(f"  POST /import: {len(file)} bytes in {len(parts)} parts; the slowest would take {slowest:.1f} s with 256 MB")
    return seen


def repeat(send, method, path):
    """Sends the request until the answer has `finished`. Returns the last answer."""
    done, slowest, requests = [], 0, 0
    while True:
        status, _, body, seconds = request(send, method, path, body={} if method == "POST" else None)
        assert status == 200, body[:500]
        answer = json.loads(body)
        requests, slowest = requests + 1, max(slowest, seconds)
        done.append(answer["undone"] if method == "DELETE" else answer["done"])
        if answer["finished"]:
            break
    assert done == sorted(set(done)), done
    print(f"  {method} /import/…: {requests} requests; the slowest would take {slowest:.1f} s with 256 MB")
    return answer


def main():
    file = todoist()
    with dynamodb() as database, function(database, whole=True) as send:
        assert send(EVENTS["health"])["statusCode"] == 200
        seen = preview(send, file)
        assert (seen["todos"], seen["new"], seen["broken_total"]) == (TODOS, TODOS, 0), seen
        path = f"/import/{seen['import']}"
        assert repeat(send, "POST", path)["added"] == TODOS
        assert preview(send, file)["same"] == TODOS
        assert repeat(send, "DELETE", path)["undone"] == TODOS
        again = preview(send, file)
        assert (again["new"], again["restored"]) == (0, TODOS), again
        assert repeat(send, "POST", f"/import/{again['import']}")["added"] == TODOS
        peak = peak_megabytes()
        assert peak < MEGABYTES, f"{peak:.0f} MB"
        print(f"  the function has used at most {peak:.0f} MB")


if __name__ == "__main__":
    main()
