"""Tests archive.py: an archive depends on nothing but its files and SOURCE_DATE_EPOCH."""

import os
import stat
import tarfile
import zipfile

import archive
import pytest

MOMENT = 1_764_288_000


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(MOMENT))
    for name, content in (("bootstrap", b"\x7fELF" * 1000), ("LICENSE-MIT", b"licence")):
        (tmp_path / name).write_bytes(content)
    return {f"folder/{name}": tmp_path / name for name in ("bootstrap", "LICENSE-MIT")}


@pytest.mark.parametrize("ending", [".zip", ".tar.gz"])
def test_the_same_files_give_the_same_bytes_at_another_time_and_in_another_order(tmp_path, files, ending):
    first, second = tmp_path / f"first{ending}", tmp_path / f"second{ending}"
    archive.pack(first, files)
    for path in files.values():
        os.utime(path, (1, 1))
        path.chmod(0o600)
    archive.pack(second, dict(reversed(files.items())))
    assert first.read_bytes() == second.read_bytes()


def test_a_zip_keeps_the_function_executable(tmp_path, files):
    archive.pack(tmp_path / "a.zip", files)
    made = {entry.filename: entry for entry in zipfile.ZipFile(tmp_path / "a.zip").infolist()}
    modes = {name: stat.S_IMODE(entry.external_attr >> 16) for name, entry in made.items()}
    assert modes == {"folder/LICENSE-MIT": 0o644, "folder/bootstrap": 0o755}
    assert made["folder/bootstrap"].date_time == (2025, 11, 28, 0, 0, 0)
    assert zipfile.ZipFile(tmp_path / "a.zip").read("folder/LICENSE-MIT") == b"licence"


def test_a_tar_names_no_person(tmp_path, files):
    archive.pack(tmp_path / "a.tar.gz", files)
    with tarfile.open(tmp_path / "a.tar.gz") as made:
        entries = [(one.name, one.mode, one.mtime, one.uid, one.gid, one.uname) for one in made]
        content = made.extractfile("folder/bootstrap").read()
    assert entries == [("folder/LICENSE-MIT", 0o644, MOMENT, 0, 0, ""), ("folder/bootstrap", 0o755, MOMENT, 0, 0, "")]
    assert content == b"\x7fELF" * 1000
