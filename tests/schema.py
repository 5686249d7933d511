#!/usr/bin/env python3
"""Validates JSON (files, or a document on standard input, or typed lines with --lines) against a schema (draft 2020-12).

usage: schema.py SCHEMA [--lines] < JSON, or schema.py SCHEMA FILE...
Stricter than the schema itself: a key that the schema does not name is an error too, so that none is printed that is not
documented. Exit 0: valid; 1: not; 77 (a test's "skipped"): python3-jsonschema is not installed.
"""
import json
import sys

try:
    import jsonschema
except ImportError:
    sys.exit(77)


def close(schema):
    """Forbids every key that an object's schema does not name."""
    if isinstance(schema, dict):
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
        for member in schema.values():
            close(member)
    elif isinstance(schema, list):
        for member in schema:
            close(member)


def main():
    schema = json.load(open(sys.argv[1], encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    close(schema)
    if "--lines" in sys.argv:
        texts = [line for line in sys.stdin if line.strip()]
    else:
        texts = [open(name, encoding="utf-8").read() for name in sys.argv[2:]] or [sys.stdin.read()]
    bad = 0
    for text in texts:
        value = json.loads(text)
        # The kind is told first: of a failed "oneOf" the library says only that nothing fits.
        kind = "line_" + value["type"] if "type" in value else "doctor" if "findings" in value else "document"
        part = dict(schema, **{"$ref": "#/$defs/" + kind})
        del part["oneOf"]
        for error in jsonschema.Draft202012Validator(part).iter_errors(value):
            print("/".join(map(str, error.absolute_path)), error.message[:300], sep=": ")
            bad += 1
    sys.exit(1 if bad or not texts else 0)


if __name__ == "__main__":
    main()
