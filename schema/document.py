"""The JSON Schema of a stack file, from the shape of a config and what the example says of it."""

from collections.abc import Iterator, Mapping
from typing import Any

from schema.arrange import ANY, matches
from schema.example import Comment, Path
from schema.traced import Shape

NAMESPACE = "mcpier:"
SECRET: dict[str, Any] = {
    "description": "A value that Pulumi has encrypted: pulumi config set --secret --path …",
    "type": "object",
    "properties": {"secure": {"type": "string"}},
    "required": ["secure"],
    "additionalProperties": False,
}
Schema = dict[str, Any]


def stack_schema(root: Shape, comments: Mapping[Path, Comment]) -> Schema:
    """The schema, in draft 7, which editors know best; the root's keys have their namespace."""
    known = "|".join(sorted(key.removeprefix(NAMESPACE) for key in root.keys))
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A stack file of mcpier",
        "type": "object",
        "properties": {
            "config": {
                "type": "object",
                "properties": {
                    key: _schema(shape, (key,), comments) for key, shape in root.keys.items()
                },
                **_required(root),
                "patternProperties": {f"^({NAMESPACE}(?!({known})$)|[^:]*$)": False},
            }
        },
        "required": ["config"],
        "definitions": {"secret": SECRET},
    }


def meaning_of(shape: Shape, path: Path, comments: Mapping[Path, Comment]) -> str:
    """What a key means, in sentences."""
    said = (comment.meaning for known, comment in comments.items() if matches(path, known))
    return shape.meaning or next(said, "")


def _schema(shape: Shape, path: Path, comments: Mapping[Path, Comment]) -> Schema:
    meaning = meaning_of(shape, path, comments)
    said = {"description": meaning} if meaning else {}
    kind = shape.facts.get("type")
    if kind == "object":
        found = _mapping(shape, path, comments)
    elif kind == "array":
        found = _list(shape, path, comments)
    else:
        found = dict(shape.facts)
    return {**said, **found}


def _list(shape: Shape, path: Path, comments: Mapping[Path, Comment]) -> Schema:
    if shape.each is None:
        return _or_nothing(shape.facts)
    entry = _schema(shape.each, path, {})
    if shape.short is not None:
        entry = _mapping(shape.each, path, comments)
        entry = {"anyOf": [dict(shape.each.keys[shape.short].facts), entry]}
    return {**_or_nothing(shape.facts), "items": entry}


def _mapping(shape: Shape, path: Path, comments: Mapping[Path, Comment]) -> Schema:
    def below(inner: Shape, key: str) -> Schema:
        if shape.secret and inner.facts.get("type") != "object":
            said = _schema(inner, (*path, key), comments).get("description", "")
            return {"description": said, "allOf": [{"$ref": "#/definitions/secret"}]}
        return _schema(inner, (*path, key), comments)

    found: Schema = _or_nothing(shape.facts)
    if shape.each is not None:
        found["additionalProperties"] = below(shape.each, ANY)
    else:
        found["properties"] = {key: below(inner, key) for key, inner in shape.keys.items()}
        found |= _required(shape)
        if shape.selector is None:
            found["additionalProperties"] = False
        else:
            variants = {
                name: _mapping(each, path, comments) for name, each in shape.variants.items()
            }
            found["allOf"] = list(_by_variant(shape, variants))
    return {"anyOf": [found, {"$ref": "#/definitions/secret"}]} if shape.secret else found


def _by_variant(shape: Shape, variants: Mapping[str, Schema]) -> Iterator[Schema]:
    """Which keys there are beside the common ones, with each value of the selector."""
    selector = str(shape.selector)
    default = shape.keys[selector].facts.get("default")
    for name, variant in variants.items():
        yield {
            "if": {
                "properties": {selector: {"const": name}},
                **({} if name == default else {"required": [selector]}),
            },
            "then": {
                **({"required": variant["required"]} if "required" in variant else {}),
                "properties": {**dict.fromkeys(shape.keys, True), **variant["properties"]},
                "additionalProperties": False,
            },
        }


def _required(shape: Shape) -> Schema:
    return {"required": sorted(shape.required)} if shape.required else {}


def _or_nothing(facts: Mapping[str, Any]) -> Schema:
    """A mapping or a list may be left empty, as it is while its entries are commented out."""
    return {**facts, "type": [facts["type"], "null"]} if "type" in facts else dict(facts)
