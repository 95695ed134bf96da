"""Makes the folder from which somebody deploys a release with the SAM CLI alone: the archive of the function, a template
for one architecture, and SAM's settings.

`python3 release/aws_folder.py ARCHITECTURE FUNCTION.zip ARCHIVE.tar.gz` packs this folder."""

import pathlib
import re
import sys
import tempfile

import archive

ROOT = pathlib.Path(__file__).parent.parent
ARCHITECTURES = ("arm64", "x86_64")
# The name of the archive beside the template. The template contains this name, because SAM resolves no parameters in
# `CodeUri`.
FUNCTION = "function.zip"

# The template of a release does not have these lines, because only a checkout of the repository can build the function.
BUILD = """    Metadata:
      BuildMethod: rust-cargolambda
      BuildProperties:
        Binary: todo-action
"""
# The template of a release does not have this parameter. The code of a release has one architecture, and an existing
# stack could keep the other one as its parameter.
PARAMETER = re.compile(r"  Architecture:\n(?:    .+\n)+")


def template(text, architecture, version):
    """The template of a release. `text` is the template of the repository."""
    if architecture not in ARCHITECTURES:
        raise ValueError(f"{architecture} is none of {ARCHITECTURES}")
    text, found = PARAMETER.subn("", text)
    expect(found, "the parameter Architecture")
    text = replaced(text, BUILD, "")
    text = replaced(text, "      CodeUri: ..\n", f"      CodeUri: {FUNCTION}\n")
    text = replaced(text, "[!Ref Architecture]", f"[{architecture}]")
    text = replaced(text, "[Architecture, MemorySize]", "[MemorySize]")
    text = replaced(text, "in the folder infra after", "in the folder of this file after")
    code = f'"aws lambda update-function-code --zip-file fileb://{FUNCTION} --function-name"'
    text = replaced(text, '"cargo lambda deploy --binary-name todo-action"', code)
    text = text.replace("cargo todo ", "todo ")
    if "cargo" in text:
        raise ValueError("The template still needs Rust: it contains the word cargo.")
    return f"# todo-action {version} for {architecture}. `sam deploy` in the folder of this file deploys this release.\n{text}"


def settings(text):
    """SAM's settings for the folder of a release. `text` is infra/samconfig.toml. Without a build, SAM finds the file
    template.yaml itself."""
    text, found = re.subn(r"# Without this line.+\ntemplate_file = .+\n", "", text)
    expect(found, "the line template_file")
    # The settings for `sam local` are left out, because a release has no files for it.
    return text.split("\n[default.local_invoke", 1)[0]


def replaced(text, old, new):
    expect(text.count(old), old)
    return text.replace(old, new)


def expect(number, what):
    if number != 1:
        raise ValueError(f"{what!r} is in the file {number} times, and not once.")


def version():
    """The version in Cargo.toml."""
    return re.search(r'^version = "(.+)"$', (ROOT / "Cargo.toml").read_text(), re.M)[1]


def pack(architecture, function, target):
    """Packs the folder. `function` is the archive of the function, and `target` is the archive to write."""
    name = pathlib.Path(target).name.removesuffix(".tar.gz")
    infra = ROOT / "infra"
    with tempfile.TemporaryDirectory() as made:
        made = pathlib.Path(made)
        (made / "template.yaml").write_text(template((infra / "template.yaml").read_text(), architecture, version()))
        (made / "samconfig.toml").write_text(settings((infra / "samconfig.toml").read_text()))
        files = {FUNCTION: function, "LICENSE-MIT": ROOT / "LICENSE-MIT", "LICENSE-APACHE": ROOT / "LICENSE-APACHE"}
        files |= {file.name: file for file in made.iterdir()}
        archive.pack(target, {f"{name}/{file}": path for file, path in files.items()})


if __name__ == "__main__":
    pack(*sys.argv[1:])
