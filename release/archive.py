"""Packs files into an archive. The same files always give the same bytes, because each entry of the archive has the
time `SOURCE_DATE_EPOCH`, no owner, and one of two permissions. The release workflow and `infra/rehearse` use this module.

`python3 release/archive.py ARCHIVE FILE...` packs the files. The ending of the archive is .tar.gz or .zip. A file can
be written as NAME=FILE, and then has the name NAME in the archive. A name may contain folders."""

import gzip
import io
import os
import pathlib
import sys
import tarfile
import time
import zipfile

EXECUTABLES = {"bootstrap", "todo", "todo.exe"}


def pack(archive, files):
    """Writes the archive. `files` is a dict of names in the archive and paths of files."""
    archive = pathlib.Path(archive)
    write = {".zip": write_zip, ".gz": write_tar}[archive.suffix]
    contents = {name: pathlib.Path(path).read_bytes() for name, path in sorted(files.items())}
    write(archive, contents, int(os.environ["SOURCE_DATE_EPOCH"]))


def mode(name):
    return 0o755 if pathlib.PurePosixPath(name).name in EXECUTABLES else 0o644


def write_zip(archive, contents, moment):
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        for name, content in contents.items():
            entry = zipfile.ZipInfo(name, time.gmtime(moment)[:6])
            # 3 means Unix. With another number, a program would ignore the permissions.
            entry.create_system = 3
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o100000 | mode(name)) << 16
            file.writestr(entry, content, compresslevel=9)


def write_tar(archive, contents, moment):
    with (
        archive.open("wb") as raw,
        gzip.GzipFile("", "wb", compresslevel=9, fileobj=raw, mtime=moment) as compressed,
        tarfile.open(fileobj=compressed, mode="w", format=tarfile.USTAR_FORMAT) as file,
    ):
        for name, content in contents.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime, entry.mode = len(content), moment, mode(name)
            file.addfile(entry, io.BytesIO(content))


def main():
    archive, *given = sys.argv[1:]
    named = (one.split("=", 1) if "=" in one else (pathlib.Path(one).name, one) for one in given)
    pack(archive, dict(named))


if __name__ == "__main__":
    main()
