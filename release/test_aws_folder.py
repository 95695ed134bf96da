"""Tests aws_folder.py: the template of a release makes the same stack as the template of the repository."""

import tarfile

import archive
import aws_folder
import check_template
import pytest
from samtranslator.yaml_helper import yaml_parse
from stack import STACKS, Stack

INFRA = aws_folder.ROOT / "infra"
TEMPLATE = (INFRA / "template.yaml").read_text()
both_architectures = pytest.mark.parametrize("architecture", aws_folder.ARCHITECTURES)


def made(architecture):
    return aws_folder.template(TEMPLATE, architecture, "1.2.3")


@both_architectures
def test_the_template_of_a_release_makes_the_same_stack(architecture):
    ours, released = check_template.expanded(TEMPLATE), check_template.expanded(made(architecture))
    for parameters in STACKS:
        built = Stack(ours, {**parameters, "Architecture": architecture})
        assert Stack(released, parameters).made("AWS::") == built.made("AWS::")
    assert ours["Outputs"].keys() == released["Outputs"].keys()
    assert ours["Parameters"].keys() - released["Parameters"].keys() == {"Architecture"}


@both_architectures
def test_the_template_of_a_release_passes_every_check_of_the_template(architecture):
    needed = check_template.calls(aws_folder.ROOT / "src/store")
    variables = check_template.variables(aws_folder.ROOT / "src")
    assert check_template.problems(check_template.expanded(made(architecture)), needed, variables) == []


@both_architectures
def test_sam_takes_the_code_from_the_file_beside_the_template(architecture):
    function = yaml_parse(made(architecture))["Resources"]["Function"]
    assert function["Properties"]["CodeUri"] == "function.zip"
    assert function["Properties"]["Architectures"] == [architecture]
    assert "Metadata" not in function


def test_a_release_names_no_command_that_needs_rust_or_a_checkout():
    assert "cargo" not in made("arm64")
    assert "the folder infra" not in made("arm64")


@pytest.mark.parametrize("gone", ["      CodeUri: ..\n", "  Architecture:\n", "        Binary: todo-action\n", "[!Ref Architecture]"])
def test_a_template_in_which_a_place_is_missing_is_refused(gone):
    assert gone in TEMPLATE
    with pytest.raises(ValueError, match="0 times"):
        aws_folder.template(TEMPLATE.replace(gone, ""), "arm64", "1.2.3")


def test_another_architecture_is_refused():
    with pytest.raises(ValueError, match="riscv"):
        made("riscv")


def test_the_settings_of_a_release_name_no_template_of_a_build():
    settings = aws_folder.settings((INFRA / "samconfig.toml").read_text())
    assert "template" not in settings and "local" not in settings
    assert 'capabilities = "CAPABILITY_IAM"' in settings and "resolve_s3 = true" in settings


def test_the_folder_contains_everything_that_sam_needs(tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1764288000")
    (tmp_path / "bootstrap").write_bytes(b"code")
    archive.pack(tmp_path / "built.zip", {"bootstrap": tmp_path / "bootstrap"})
    aws_folder.pack("arm64", tmp_path / "built.zip", tmp_path / "todo-action-1.2.3-aws-arm64.tar.gz")
    with tarfile.open(tmp_path / "todo-action-1.2.3-aws-arm64.tar.gz") as packed:
        names = [name.removeprefix("todo-action-1.2.3-aws-arm64/") for name in packed.getnames()]
    assert names == ["LICENSE-APACHE", "LICENSE-MIT", "function.zip", "samconfig.toml", "template.yaml"]
