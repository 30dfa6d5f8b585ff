"""The published JSON Schema (2020-12) of the data map, for editors and other tools; it knows the short forms too.

Derived from the model, so that it cannot forget a key; what a person may write shorter is put over it here. The loader
says more: names that must be declared, treatments that need more keys.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import cast

from adieu.datamap.links import LONG_KEYS
from adieu.datamap.model import DataMap

Node = dict[str, object]

_ID = "https://adieu.example/schema/data-map-1.json"
_SCALAR: Node = {"type": ["null", "boolean", "integer", "number", "string"]}
_FIELDS: Node = {"type": "array", "items": {"type": "string"}, "minItems": 1}
_POINTER_TEXT: Node = {"type": "string", "pattern": r"^[^.]+\.[^.]+(\.[^.]+)?\.[^.]+$"}


def json_schema() -> Node:
    """The schema as plain values, ready for `json.dumps`; a new copy each time."""
    schema = cast(Node, copy.deepcopy(DataMap.model_json_schema(by_alias=True)))
    definitions = cast(dict[str, Node], schema["$defs"])
    cast(Node, schema["properties"]).pop("digest", None)
    definitions["Link"] = _link(definitions["Link"])
    definitions["Pointer"] = {"anyOf": [_POINTER_TEXT, _field_or_fields(definitions["Pointer"])]}
    definitions["Identifier"] = _field_or_fields(definitions["Identifier"])
    definitions["FieldRule"] = _rule()
    definitions["Condition"] = _condition(definitions["Condition"])
    for name in ("belongs_to", "owned_through"):
        properties = cast(dict[str, Node], definitions["Dataset"]["properties"])
        properties[name] = _one_or_many(properties[name])
    _shopping(definitions)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": _ID, **schema}


def _shopping(definitions: Mapping[str, Node]) -> None:
    """Where the section takes a single value for a list of one."""
    lists = [("Shopping", "mail"), *(("OrderState", name) for name in ("done", "cancelled", "returned"))]
    for definition, name in lists:
        properties = cast(dict[str, Node], definitions[definition]["properties"])
        properties[name] = _one_or_many(properties[name])
    for node in definitions.values():
        if when := cast(dict[str, Node], node.get("properties", {})).get("when"):
            values = cast(Node, when.get("additionalProperties", {}))
            if values.get("type") == "array":
                when["additionalProperties"] = _one_or_many(values)


def _one_or_many(many: Mapping[str, object]) -> Node:
    items = many["items"]
    return {"anyOf": [items, {"type": "array", "items": items}]}


def _field_or_fields(long: Mapping[str, object]) -> Node:
    """The long form, where a single field may be written as `field:`."""
    properties = {**cast(Node, long["properties"]), "fields": _FIELDS, "field": {"type": "string"}}
    required = [name for name in cast(list[str], long.get("required", [])) if name != "fields"]
    either: list[Node] = [{"required": ["field"]}, {"required": ["fields"]}]
    return {**long, "properties": properties, "required": required, "oneOf": either}


def _link(long: Mapping[str, object]) -> Node:
    short: Node = {
        "type": "object",
        "description": "{field: store.dataset} for a chain, {field: identifier} for an identifier of the member",
        "minProperties": 1,
        "maxProperties": 1,
        "propertyNames": {"not": {"enum": sorted(LONG_KEYS)}},
        "additionalProperties": {"type": "string"},
    }
    by_key: Node = {"type": "string", "description": "the field holds the member's key"}
    return {"description": long.get("description", ""), "anyOf": [by_key, short, _field_or_fields(long)]}


def _rule() -> Node:
    def only(word: str, value: Node) -> Node:
        return {"type": "object", "properties": {word: value}, "required": [word], "additionalProperties": False}

    return {
        "description": "null, a literal, placeholder, year_only, keep_if_no_person, or one of the objects",
        "anyOf": [
            _SCALAR,
            only("first_digits", {"type": "integer", "minimum": 1}),
            only("unchanged", {"type": "string", "minLength": 1}),
            only("literal", _SCALAR),
        ],
    }


def _condition(long: Mapping[str, object]) -> Node:
    """A scalar means equal to it; the long form has exactly one key."""
    return {"anyOf": [_SCALAR, {**long, "minProperties": 1, "maxProperties": 1}]}
