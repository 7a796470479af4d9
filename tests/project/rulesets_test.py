#!/usr/bin/env python3
"""The shipped rule sets are as schema/ruleset.schema.json says, which finds what is wrong."""

import copy
import json
import pathlib
import sys

try:
    import jsonschema
except ImportError:
    print("skipped: python's jsonschema is not installed")
    sys.exit(77)

SCHEMA = pathlib.Path(__file__).resolve().parents[2] / "schema"


def problems(validator, document):
    return [f"{'.'.join(map(str, error.absolute_path))}: {error.message}"
            for error in validator.iter_errors(document)]


def main():
    schema = json.loads((SCHEMA / "ruleset.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    failed = 0
    shipped = sorted((SCHEMA / "rulesets").glob("*.json"))
    assert shipped, "no rule sets are shipped"
    for path in shipped:
        for problem in problems(validator, json.loads(path.read_text())):
            print(f"{path.name}: {problem}")
            failed = 1

    sound = {"name": "n", "version": "1", "rules": {"R14": {"mode": "enforce", "tolerance": 0}}}
    assert not problems(validator, sound)
    for place, value in ((("rules", "R14", "tolerance"), -1),
                         (("rules", "R14", "tolerance"), 10001),
                         (("rules", "R14", "mode"), "on"), (("rules", "R99"), {"mode": "off"}),
                         (("rules", "R16"), {"mode": "off"}), (("name",), "n n"), (("extra",), 1),
                         (("bands",), [{"grade": "good"}]), (("weights",), {"output": -1}),
                         (("rules", "R4"), {"mode": "off", "medium": []})):
        wrong = copy.deepcopy(sound)
        inner = wrong
        for key in place[:-1]:
            inner = inner[key]
        inner[place[-1]] = value
        if not problems(validator, wrong):
            print(f"{'.'.join(place)} = {value} is let pass")
            failed = 1
    return failed


sys.exit(main())
