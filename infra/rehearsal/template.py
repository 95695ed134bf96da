"""Makes the copy of the template that the rehearsal deploys."""

import copy
import json
import pathlib

from deployment import Failed
from samtranslator.yaml_helper import yaml_parse
from servers import ROOT

LEAVE_OUT = pathlib.Path(__file__).with_name("leave_out.yaml")
TEMPLATE = ROOT / "infra/template.yaml"


class Entry:
    """An entry of leave_out.yaml: a thing in the template that the emulator cannot do."""

    def __init__(self, at, reason, refuses, instead=None):
        self.at, self.reason, self.refuses, self.instead = at, reason, refuses, instead

    def apply(self, template):
        """Takes the thing out of the template. Fails if the template does not contain the thing."""
        *folders, last = self.at.split(".")
        node = template
        for name in [*folders, last]:
            if not isinstance(node, dict) or name not in node:
                raise Failed(f"leave_out.yaml: the template has no {self.at}. Remove this entry.")
            parent, node = node, node[name]
        if self.instead is None:
            del parent[last]
        else:
            parent[last] = self.instead


def entries():
    """The entries of leave_out.yaml."""
    return [Entry(**entry) for entry in yaml_parse(LEAVE_OUT.read_text())]


def original():
    """The template of the repository. The function's code is the code of the repository, wherever the copy is."""
    template = yaml_parse(TEMPLATE.read_text())
    template["Resources"]["Function"]["Properties"]["CodeUri"] = str(ROOT)
    return template


def without(template, left_out):
    """A copy of the template without the entries `left_out`."""
    made = copy.deepcopy(template)
    for entry in left_out:
        entry.apply(made)
    return made


def write(template, folder):
    """Writes the template and SAM's settings into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    # JSON is also YAML.
    (folder / "template.yaml").write_text(json.dumps(template, indent=1, default=str))
    settings = (ROOT / "infra/samconfig.toml").read_text()
    (folder / "samconfig.toml").write_text(settings)
