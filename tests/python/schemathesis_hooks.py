"""Leads part of the requests past the door: the round, the questionnaire and the open link that the server really has.

What schemathesis makes up names no round, so that everything would end at 404. The rest stays as it was made up.
"""
import hashlib
import os
import re
import uuid

import schemathesis

KNOWN = {
    "round": os.environ["MINYI_ROUND"],
    "id": os.environ["MINYI_ROUND"],
    "form": "resident",
    "leaf": os.environ["MINYI_LEAF"],
}


def lucky(value) -> bool:
    """The same part of the values in every run."""
    return sum(repr(value).encode("utf-8", "surrogatepass")) % 3 != 0


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    if isinstance(path_parameters, dict):
        for name, value in path_parameters.items():
            if name in KNOWN and lucky(value):
                path_parameters[name] = KNOWN[name]
    return path_parameters


def right(body) -> dict:
    """A response that is accepted, under an id of its own."""
    digest = bytearray(hashlib.sha256(repr(body).encode("utf-8", "surrogatepass")).digest()[:16])
    return {
        "id": str(uuid.UUID(bytes=bytes(digest), version=4)),
        "link": os.environ["MINYI_LINK"],
        "form": "resident",
        "form_version": os.environ["MINYI_FORM_VERSION"],
        "language": "zh",
        "mode": "web",
        "answering": "self",
        "answers": {"answering": "self", "need": "none", "took_part": "none"},
    }


WORDS = ("id", "form", "form_version", "language", "mode", "answering")
UUID = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


def conforms(body) -> bool:
    """Whether the description allows a response: what it forbids must arrive as it was made up."""
    texts = all(isinstance(body.get(name), str) for name in WORDS)
    doors = all(isinstance(body.get(name), (str, type(None))) for name in ("code", "link"))
    times = all(body.get(name) is None or MOMENT.match(str(body[name])) for name in ("started_at", "ended_at"))
    answers = body.get("answers")
    answers = isinstance(answers, dict) and all(isinstance(value, str) for value in answers.values())
    ways = body.get("ways")
    ways = ways is None or isinstance(ways, list) and all(isinstance(way, str) for way in ways)
    return texts and doors and times and answers and ways and bool(UUID.fullmatch(body["id"]))


@schemathesis.hook
def map_body(context, body):
    """Responses: a third as made up, a third with one field made up, a third right."""
    if not isinstance(body, dict):
        return body
    if context.operation.path == "/api/v1/responses" and conforms(body) and lucky(body["answers"]):
        made = right(body)
        if lucky(body["id"]):
            name = sorted(body)[len(repr(body)) % len(body)]
            made[name] = body[name]
        return made
    if "round" in body and lucky(body["round"]):
        body["round"] = KNOWN["round"]
    return body
