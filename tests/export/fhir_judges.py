"""Two FHIR R4 validators of others: Medplum's, with the codes that FHIR requires, and pyfhircheck, fed FHIR's own definitions."""

from __future__ import annotations

import contextlib
import io
import json
import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.export.judges import PACKAGES, SCRIPTS, ask_judge

Resource = dict[str, Any]
DEFINITIONS = PACKAGES / "node_modules" / "@medplum" / "definitions" / "dist" / "fhir" / "r4"
KEPT = {"profiles-resources": ("PlanDefinition", "Library", "DomainResource", "Resource"), "extension-definitions": ("cqf-",)}
MOST = 2000  # letters of an attachment that pyfhircheck is shown: it reads no resource above a megabyte

# What pyfhircheck says of every resource, and why it is no fault here.
NO_FAULTS = {
    "modifierExtension.present": "it takes `status`, an element that modifies, for an extension that does",
    "terminology.extensible": "CPG on FHIR asks for text/cql-identifier, which the extensible list of R4 has not yet",
}


def judge_by_medplum(resources: Sequence[Resource], folder: Path) -> list[list[str]]:
    """The faults of each resource, warnings too."""
    told = folder / "resources.ndjson"
    told.write_text("".join(json.dumps(one) + "\n" for one in resources), encoding="utf-8")
    return [json.loads(line) for line in ask_judge("validate.mjs", told).splitlines()]


def make_pyfhircheck(folder: Path) -> Callable[[Sequence[Resource]], list[list[str]]]:
    """What tells the faults of each resource, warnings too, but `NO_FAULTS`."""
    from pyfhircheck import Validator
    from pyfhircheck.config import ValidatorConfig

    for one in _iter_definitions():
        (folder / f"{one['resourceType']}-{one['id']}.json").write_text(json.dumps(one), encoding="utf-8")
    logging.getLogger("pyfhircheck").setLevel(logging.CRITICAL)
    validator = Validator(ValidatorConfig(local_package_paths=[str(folder)]))

    def judge(resources: Sequence[Resource]) -> list[list[str]]:
        with contextlib.redirect_stdout(io.StringIO()):  # fhirpathpy traces what it does
            reports = [validator.validate_resource(_shorten(one)) for one in resources]
        return [[f"{one.path}: {one.message}" for one in report.issues if one.code not in NO_FAULTS] for report in reports]

    return judge


def _iter_definitions() -> Iterator[Resource]:
    """Of FHIR the types, the resources that are exported, its extensions and value sets; of CPG on FHIR the profiles."""
    yield from json.loads((SCRIPTS / "cpg-profiles.json").read_bytes())
    for name in ("profiles-types", "profiles-resources", "extension-definitions", "valuesets"):
        for entry in json.loads((DEFINITIONS / f"{name}.json").read_bytes())["entry"]:
            one = entry["resource"]
            if name not in KEPT or one["id"].startswith(KEPT[name]):
                yield one


def _shorten(resource: Resource) -> Resource:
    contents = [{**one, "data": one["data"][:MOST]} for one in resource.get("content", ())]
    return {**resource, "content": contents} if contents else resource
