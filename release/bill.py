"""`python3 release/bill.py FOLDER` writes two bills of materials (SBOM) in CycloneDX's format into the folder: of the
`todo` command, and of the Lambda function. They contain the crates for all systems, and the npm packages of the page.

The script needs cargo-cyclonedx, and the variable SOURCE_DATE_EPOCH: `release/bill` installs the one and sets the other."""

import base64
import json
import pathlib
import subprocess
import sys
import urllib.parse

from aws_folder import ROOT, version

# Each entry has the name of the executable, the features of its build, and the name of its bill.
PROGRAMS = {
    "todo": ("cli", "todo-{}.cdx.json"),
    "todo-action": ("function", "todo-action-{}-function.cdx.json"),
}


def crates(program, features):
    """The bill of cargo-cyclonedx, which writes its files beside Cargo.toml."""
    options = ["--describe", "binaries", "--target", "all", "--no-default-features", "--features", features]
    command = ["cargo", "cyclonedx", "--quiet", "--format", "json", "--spec-version", "1.5", *options]
    subprocess.run(command, cwd=ROOT, check=True)
    # cargo-cyclonedx writes the folder of the repository into the name of our own package.
    text = (ROOT / f"{program}_bin.cdx.json").read_text().replace(f"path+{ROOT.resolve().as_uri()}#", "")
    # cargo-cyclonedx writes a file for each executable, with any features.
    for made in ROOT.glob("*_bin.cdx.json"):
        made.unlink()
    return json.loads(text)


def npm_packages(lock):
    """The npm packages that are parts of the page, as components. `lock` is package-lock.json. Packages for the
    development of the page are no parts of it."""
    for place, package in lock["packages"].items():
        if place and not package.get("dev"):
            name = place.rsplit("node_modules/", 1)[1]
            algorithm, digest = package["integrity"].split("-", 1)
            purl = f"pkg:npm/{urllib.parse.quote(name, safe='/')}@{package['version']}"
            yield {
                "type": "library",
                "bom-ref": purl,
                "name": name,
                "version": package["version"],
                "scope": "required",
                "hashes": [{"alg": algorithm.upper().replace("SHA", "SHA-"), "content": base64.b64decode(digest).hex()}],
                "licenses": [{"expression": package["license"]}],
                "purl": purl,
            }


def bill(program, features):
    made = crates(program, features)
    page = list(npm_packages(json.loads((ROOT / "web/package-lock.json").read_text())))
    ours = made["metadata"]["component"]["bom-ref"]
    (dependencies,) = (one for one in made["dependencies"] if one["ref"] == ours)
    dependencies["dependsOn"] += [package["bom-ref"] for package in page]
    made["components"] += page
    made["dependencies"] += [{"ref": package["bom-ref"]} for package in page]
    return made


def main():
    folder = pathlib.Path(sys.argv[1])
    for program, (features, name) in PROGRAMS.items():
        made = bill(program, features)
        (folder / name.format(version())).write_text(json.dumps(made, indent=1) + "\n")
        print(f"{name.format(version())}: {len(made['components'])} components")


if __name__ == "__main__":
    main()
