"""`python3 release/try_todo.py TODO` runs the built `todo` command as on a machine that has nothing else, and sends
requests to `todo serve`.

On Linux, the command runs in a folder that contains only the command and glibc, and glibc may be old."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

# The oldest version of glibc with which the command must run: RHEL 8, Debian 10, Ubuntu 20.04 and later have it.
GLIBC = (2, 28)
# The libraries of glibc.
LIBRARIES = re.compile(r"(ld-linux-[\w-]+|lib(c|m|dl|rt|pthread))\.so\.\d+")
PATIENCE = 60


def needed_glibc(program):
    """The highest version of glibc that the executable names."""
    names = re.findall(rb"\0GLIBC_(\d+)\.(\d+)", program.read_bytes())
    return max((int(major), int(minor)) for major, minor in names)


def libraries(program):
    """The files of the libraries that the executable needs. Fails if one of them is not a part of glibc."""
    printed = subprocess.run(["ldd", program], check=True, capture_output=True, text=True).stdout
    files = [pathlib.Path(path) for path in re.findall(r"(/\S+) \(0x", printed)]
    others = [file.name for file in files if not LIBRARIES.fullmatch(file.name)]
    assert files and not others, f"{program} needs {others}\n{printed}"
    return files


def empty_machine(program, root):
    """Fills the folder `root` with the command and glibc. Returns the command that runs `todo` in this folder."""
    needed = needed_glibc(program)
    print(f"needs glibc {needed[0]}.{needed[1]}")
    assert needed <= GLIBC, f"{program} needs glibc {needed}"
    for file in libraries(program):
        place = root / file.relative_to("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, place)
    shutil.copy(program, root / "todo")
    return ["unshare", "--map-root-user", "--root", root, "/todo"]


def ask(address, body=None):
    request = urllib.request.Request(f"{address}/todos", headers={"Content-Type": "application/json"})
    request.data = json.dumps(body).encode() if body else None
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return json.load(answer)


def address_in(log, process):
    """Waits until the server has printed its address."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        if found := re.search(r"http://127\.0\.0\.1:\d+", log.read_text()):
            return found[0]
        time.sleep(0.1)
    raise TimeoutError(f"`todo serve` did not start:\n{log.read_text()}")


def try_it(program, folder):
    """Adds a todo, and reads it again. The environment is empty, except that Windows needs its own folder."""
    command, data = [program], folder / "todos.db"
    if sys.platform == "linux":
        command, data = empty_machine(program, folder), "/todos.db"
    environment = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
    # The environment has no PATH, so the program needs its full path.
    command[0] = shutil.which(command[0]) or command[0]
    version = subprocess.run([*command, "--version"], env=environment, check=True, capture_output=True, text=True).stdout
    log = folder / "log"
    with log.open("w") as output:
        serve = [*command, "serve", "--port", "0", "--data", data]
        process = subprocess.Popen(serve, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        address = address_in(log, process)
        ask(address, {"todos": [{"title": "Buy milk"}]})
        titles = [todo["title"] for todo in ask(address)["todos"]]
        assert titles == ["Buy milk"], titles
    finally:
        process.terminate()
        process.wait(PATIENCE)
    print(f"{version.strip()}: `todo serve` answers")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        try_it(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(made))
