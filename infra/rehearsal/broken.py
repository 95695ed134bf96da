"""Breaks a resource of the template, so that the rehearsal must fail and name the resource."""

import template
from deployment import Failed
from diagnosis import attempt
from steps import Rehearsal, a_person_signs_in, the_default_deployment, the_first_person, the_program_uses_everything

FIRST_STEPS = (the_default_deployment, the_first_person, a_person_signs_in, the_program_uses_everything)


def role(resources):
    """The role does not allow dynamodb:GetItem."""
    statement = resources["FunctionRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"][0]
    statement["Action"].remove("dynamodb:GetItem")


def function(resources):
    """The function does not know its table."""
    del resources["Function"]["Properties"]["Environment"]["Variables"]["TABLE_NAME"]


def route(resources):
    """The API sends only one path to the function."""
    resources["ApiRoute"]["Properties"]["RouteKey"] = "GET /health"


def client(resources):
    """The client of the user pool has another redirect URI."""
    resources["UserPoolClient"]["Properties"]["CallbackURLs"] = ["https://todo.example.com/callback"]


def table(resources):
    """The index of the table has another name."""
    resources["TodosTable"]["Properties"]["LocalSecondaryIndexes"][0]["IndexName"] = "time"


# The name of the break, the function that breaks the template, and the resource that the failure must name.
BREAKS = {
    "role": (role, "FunctionRole"),
    "function": (function, "Function"),
    "route": (route, "ApiRoute"),
    "client": (client, "UserPoolClient"),
    "table": (table, "TodosTable"),
}


def rehearsal(emulator, name):
    """A rehearsal of a stack of its own, whose template has this break."""
    made = template.without(template.original(), template.entries())
    BREAKS[name][0](made["Resources"])
    life = Rehearsal(emulator, made, emulator.folder / f"broken-{name}")
    life.stack.name = f"broken-{name}"
    return life


def every_break_is_noticed(life):
    """The first steps fail with each break, and the message names the broken resource."""
    for name, (_, resource) in BREAKS.items():
        other = rehearsal(life.emulator, name)
        other.use_code_of(life)
        try:
            attempt(FIRST_STEPS, other)
        except Failed as error:
            if not str(error).startswith(f"{resource}: "):
                raise Failed(f"The failure with another {resource} does not name the resource: {error}") from error
            print(f"   {name}: {str(error).splitlines()[0]}", flush=True)
        else:
            raise Failed(f"The rehearsal does not notice another {resource}: {BREAKS[name][0].__doc__}")
