"""Tests what belongs to a release: the files of the package, the version, and the tools."""

import os
import re
import subprocess
import tomllib

import aws_folder
import bill
import pytest

ROOT = aws_folder.ROOT
MANIFEST = tomllib.loads((ROOT / "Cargo.toml").read_text())


def packed():
    command = ["cargo", "package", "--list", "--allow-dirty", "--quiet", "--locked"]
    return set(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split())


def included():
    """The files that the program includes, as paths in the repository."""
    for source in (ROOT / "src").rglob("*.rs"):
        for name in re.findall(r'include_(?:str|bytes)!\("([^"]+)"\)', source.read_text()):
            yield (source.parent / name).resolve().relative_to(ROOT.resolve()).as_posix()


def test_the_package_contains_every_file_that_the_program_includes():
    names = set(included())
    assert {"openapi.json", "web/dist/card.html", "infra/template.yaml", "infra/events/health.json"} <= names
    assert names - packed() == set()


def test_the_package_contains_the_built_page_and_nothing_that_a_build_does_not_need():
    names, page = packed(), {file.relative_to(ROOT).as_posix() for file in (ROOT / "web/dist").rglob("*") if file.is_file()}
    assert len(page) > 5 and page <= names
    folders = {name.split("/")[0] for name in names if "/" in name}
    assert folders == {".cargo", "infra", "src", "tests", "web"}
    assert {name for name in names if name.startswith(("infra/", "tests/"))} <= set(included())


def test_the_changelog_has_a_chapter_for_the_version():
    version = MANIFEST["package"]["version"]
    subprocess.run([ROOT / "release/publish", "--check", f"v{version}"], check=True)


@pytest.mark.parametrize("tag", ["0.0.1", "v0.0.1", "main"])
def test_another_tag_than_the_version_makes_no_release(tag):
    refused = subprocess.run([ROOT / "release/publish", "--check", tag], check=False, capture_output=True, text=True)
    assert refused.returncode != 0 and f"the tag is {tag}" in refused.stderr


def files_of_a_release(folder):
    """Makes empty files, one for each file that the workflow makes."""
    version = MANIFEST["package"]["version"]
    targets = re.findall(r"target: ([\w-]+) }", (ROOT / ".github/workflows/release.yml").read_text())
    names = {f"todo-{version}-{target}.{'zip' if 'windows' in target else 'tar.gz'}" for target in targets}
    for architecture in aws_folder.ARCHITECTURES:
        names |= {f"todo-action-{version}-{end}" for end in (f"aws-{architecture}.tar.gz", f"function-{architecture}.zip")}
    names |= {name.format(version) for _, name in bill.PROGRAMS.values()}
    for name in names:
        (folder / name).touch()
    return names


def test_a_release_has_every_file_that_the_workflow_makes_and_their_checksums(tmp_path, monkeypatch):
    files, tools = tmp_path / "files", tmp_path / "tools"
    files.mkdir(), tools.mkdir()
    names = files_of_a_release(files)
    assert len(names) == 11
    subprocess.run([ROOT / "release/sums", files], check=True)
    # This script replaces GitHub's command `gh`, and writes its arguments into a file.
    (tools / "gh").write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >{tools}/given\n')
    (tools / "gh").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    version = MANIFEST["package"]["version"]
    subprocess.run([ROOT / "release/publish", f"v{version}", files], check=True)
    given = (tools / "given").read_text().splitlines()
    assert given[:3] == ["release", "create", f"v{version}"] and "--verify-tag" in given
    assert names | {"SHA256SUMS"} == set(given[-12:])


def test_a_release_in_which_a_file_is_missing_is_refused(tmp_path):
    files_of_a_release(tmp_path)
    (tmp_path / f"todo-action-{MANIFEST['package']['version']}-aws-arm64.tar.gz").unlink()
    refused = subprocess.run([ROOT / "release/sums", tmp_path], check=False, capture_output=True, text=True)
    assert refused.returncode != 0 and "aws-arm64" in refused.stderr


def test_the_function_of_a_release_is_compiled_for_the_processors_that_cargo_lambda_chooses():
    """Without these flags, `cargo lambda build` compiles for older processors as soon as RUSTFLAGS is set."""
    script = (ROOT / "release/function").read_text()
    assert re.findall(r"option=--([\w-]+) cpu=([\w-]+)", script) == [("arm64", "neoverse-n1"), ("x86-64", "haswell")]
    assert '-Ctarget-cpu=$cpu" cargo lambda build' in script


def test_cargo_binstall_looks_for_the_archives_that_the_scripts_make():
    ours = MANIFEST["package"]["metadata"]["binstall"]
    program = (ROOT / "release/program").read_text()
    assert "name=todo-$version-$target" in program and '"$folder/$name.$ending"' in program
    assert ours["pkg-url"] == "{ repo }/releases/download/v{ version }/todo-{ version }-{ target }.tar.gz"
    windows = ours["overrides"]["x86_64-pc-windows-msvc"]
    assert windows["pkg-url"] == ours["pkg-url"].replace(".tar.gz", ".zip")
    # An archive contains only `todo`, so `cargo binstall` must not look for the function there.
    assert all("required-features" in executable for executable in MANIFEST["bin"])


def test_the_bill_lists_the_npm_packages_of_the_page_and_no_tool():
    lock = {
        "packages": {
            "": {"dependencies": {"@preact/signals": "2.0.0"}},
            "node_modules/@preact/signals": {"version": "2.0.0", "integrity": "sha512-AAEC", "license": "MIT"},
            "node_modules/esbuild": {"version": "1.0.0", "integrity": "sha512-AAEC", "license": "MIT", "dev": True},
        }
    }
    (found,) = bill.npm_packages(lock)
    assert found["purl"] == "pkg:npm/%40preact/signals@2.0.0"
    assert found["hashes"] == [{"alg": "SHA-512", "content": "000102"}]
