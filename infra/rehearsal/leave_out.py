"""Checks that the emulator really cannot do what leave_out.yaml says."""

import json

import template
from deployment import Failed
from steps import readme_parameters


def every_entry_is_needed(life):
    """Puts each entry back into the template, and deploys this template. The emulator must refuse each template."""
    code = code_of(life.stack)
    for number, entry in enumerate(template.entries()):
        others = [other for other in template.entries() if other.at != entry.at]
        made = template.without(template.original(), others)
        made["Resources"]["Function"]["Properties"]["CodeUri"] = code
        error = refusal(life.stack.stacks, f"leave-out-{number}", made)
        if error is None:
            raise Failed(f"leave_out.yaml: the emulator now accepts {entry.at}. Remove this entry.")
        if entry.refuses not in error:
            raise Failed(f"leave_out.yaml: the emulator refuses {entry.at} for another reason: {error}")


def the_emulator_repeats_names(life):
    """Makes the same stack with a table twice. `a_second_first_deployment` names its table itself, because the emulator
    gives the same name to both tables."""
    table = template.original()["Resources"]["TodosTable"] | {"DeletionPolicy": "Delete"}
    # The stack has no parameters and no conditions.
    table["Properties"] |= {"DeletionProtectionEnabled": False}
    del table["Properties"]["OnDemandThroughput"]
    names = set()
    for _ in range(2):
        life.stack.stacks.create_stack(StackName="names", TemplateBody=json.dumps({"Resources": {"TodosTable": table}}))
        life.stack.stacks.get_waiter("stack_create_complete").wait(StackName="names", WaiterConfig={"Delay": 1})
        (made,) = life.stack.stacks.describe_stack_resources(StackName="names")["StackResources"]
        names.add(made["PhysicalResourceId"])
        life.stack.stacks.delete_stack(StackName="names")
        life.stack.stacks.get_waiter("stack_delete_complete").wait(StackName="names", WaiterConfig={"Delay": 1})
    if len(names) > 1:
        raise Failed("The emulator now makes new names. Remove the TableName in `a_second_first_deployment`.")


def code_of(stack):
    """The address of the code that SAM has uploaded for this stack."""
    text = stack.stacks.get_template(StackName=stack.name, TemplateStage="Original")["TemplateBody"]
    made = text if isinstance(text, dict) else template.yaml_parse(text)
    return made["Resources"]["Function"]["Properties"]["CodeUri"]


def refusal(stacks, name, made):
    """The error of the emulator for this template, or None."""
    parameters = [{"ParameterKey": key, "ParameterValue": value} for key, value in readme_parameters().items()]
    capabilities = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
    body = json.dumps(made, separators=(",", ":"), default=str)
    try:
        stacks.create_stack(StackName=name, TemplateBody=body, Parameters=parameters, Capabilities=capabilities)
        stacks.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    except stacks.exceptions.ClientError as error:
        return str(error)
    except Exception as error:
        events = stacks.describe_stack_events(StackName=name)["StackEvents"]
        return "\n".join(event.get("ResourceStatusReason") or "" for event in events) + str(error)
    return None
