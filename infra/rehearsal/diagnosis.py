"""Says which resource of the template is the cause of a failure, as far as the failure shows it."""

import re

from deployment import Failed, Refused

# Each entry has three parts: a text in the answer of the service or in the log of the function, the resource, and what
# is wrong with the resource.
SIGNS = [
    (r"not authorized to perform: ([\w:]+)", "FunctionRole", r"The role of the function does not allow \1."),
    (r"does not have the specified index: (\w+)", "TodosTable", r"The table has no index \1."),
    (r'answered 404, not \d+: \{"message": ?"Not Found"\}', "ApiRoute", "API Gateway has no route for this request."),
    (r'redirect_uri is not allowed: ([^\s"]+)', "UserPoolClient", r"The client does not know the callback URL \1."),
    (r"the environment variable (\w+) is not set", "Function", r"The function has no variable \1."),
    (r"Runtime\.\w+", "Function", r"The function does not start: \g<0>."),
]


def explain(error, deployment):
    """The message of a failure. If the cause is a known one, the message begins with the name of the resource."""
    message = str(error)
    # The log says more than the answer, because the answer contains nothing internal.
    log = "\n".join(deployment.logs()[-40:]) if deployment else ""
    for text in (message, log):
        for pattern, resource, what in SIGNS:
            if found := re.search(pattern, text):
                return f"{resource}: {found.expand(what)}\n{message}"
    return message


def attempt(functions, life):
    """Runs these functions of a step. If one fails, the error names the resource, as far as possible."""
    try:
        for function in functions:
            function(life)
    except AssertionError as error:
        raise Failed(explain(error, error.deployment if isinstance(error, Refused) else life.stack)) from error
