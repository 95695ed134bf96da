"""Rehearses the life of a stack on an emulator of AWS: `infra/rehearse`."""

import argparse
import pathlib
import sys
import time

import broken
import later_steps
import leave_out
import release
import steps
import template
from deployment import Failed
from diagnosis import attempt
from emulator import emulator

LIFE = [
    ("the default deployment", [steps.the_default_deployment, steps.the_first_person]),
    ("a person signs in, and a program uses everything", [steps.a_person_signs_in, steps.the_program_uses_everything]),
    ("the protection", [steps.the_protection]),
    ("a stack with API keys", [later_steps.a_stack_with_keys]),
    ("another OpenID provider", [later_steps.another_provider]),
    ("a release, on a machine without Rust", [release.a_release_without_rust]),
    ("new code alone", [later_steps.new_code_alone]),
    ("an update that fails and rolls back", [later_steps.an_update_that_fails]),
    ("a first deployment that fails", [later_steps.a_first_deployment_that_fails]),
    ("a restored table", [later_steps.a_restored_table]),
    ("sam delete", [later_steps.the_end]),
    ("a second first deployment", [later_steps.a_second_first_deployment]),
    ("what the emulator cannot do", [leave_out.every_entry_is_needed, leave_out.the_emulator_repeats_names]),
]


def step(name, functions, life):
    """Runs a step, and prints its time. A failure names the step, and the resource if the rehearsal can find out."""
    begun = time.monotonic()
    print(f"-- {name}", flush=True)
    try:
        attempt(functions, life)
    except Failed as error:
        raise Failed(f'The step "{name}" failed. {error}') from error
    print(f"   {time.monotonic() - begun:.1f} s", flush=True)


def main():
    options = argparse.ArgumentParser(prog="infra/rehearse", description=__doc__)
    options.add_argument("--broken", choices=broken.BREAKS, help="break a resource first; the rehearsal must then fail")
    options.add_argument("folder", type=pathlib.Path, help=argparse.SUPPRESS)
    given = options.parse_args()
    try:
        with emulator(given.folder) as started:
            if given.broken:
                life = broken.rehearsal(started, given.broken)
                step(f"the first steps, broken: {given.broken}", broken.FIRST_STEPS, life)
            else:
                rehearse(started)
    except Failed as error:
        sys.exit(f"== {error}")


def rehearse(started):
    life = steps.Rehearsal(started, template.without(template.original(), template.entries()), started.folder / "infra")
    for name, functions in LIFE:
        step(name, functions, life)
    step("the rehearsal notices a broken resource", [broken.every_break_is_noticed], life)


if __name__ == "__main__":
    main()
