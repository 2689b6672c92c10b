"""Leads part of the requests past the door: the round, the questionnaire and the open link that the server really has.

What schemathesis makes up names no round, so that everything would end at 404. The rest stays as it was made up.
"""
import os

import schemathesis

KNOWN = {
    "round": os.environ["MINYI_ROUND"],
    "id": os.environ["MINYI_ROUND"],
    "form": "resident",
    "leaf": os.environ["MINYI_LEAF"],
}


def lucky(value) -> bool:
    """The same part of the values in every run."""
    return sum(repr(value).encode()) % 3 != 0


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    if isinstance(path_parameters, dict):
        for name, value in path_parameters.items():
            if name in KNOWN and lucky(value):
                path_parameters[name] = KNOWN[name]
    return path_parameters


@schemathesis.hook
def map_body(context, body):
    if not isinstance(body, dict):
        return body
    if context.operation.path == "/api/v1/responses" and lucky(body.get("answers")):
        body.pop("code", None)
        body["link"] = os.environ["MINYI_LINK"]
        body["form"] = "resident"
        body["form_version"] = os.environ["MINYI_FORM_VERSION"]
        if lucky(body.get("id")):
            body["answers"] = {"answering": "self", "need": "none", "took_part": "none"}
    elif "round" in body and lucky(body["round"]):
        body["round"] = KNOWN["round"]
    return body
