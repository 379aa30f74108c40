"""Two FHIR R4 validators of others: Medplum's, with the codes that FHIR requires, and pyfhircheck, fed FHIR's own definitions."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.export.judges import PACKAGES, SCRIPTS, ask_judge

Resource = dict[str, Any]
DEFINITIONS = PACKAGES / "node_modules" / "@medplum" / "definitions" / "dist" / "fhir" / "r4"
EXPORTED = ("PlanDefinition", "Library")
KEPT = {"profiles-resources": ("DomainResource", "Resource"), "extension-definitions": ("cqf-", "questionnaire-unit")}
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


def make_pyfhircheck(
    folder: Path, kinds: tuple[str, ...] = EXPORTED, blind: Sequence[str] = ()
) -> Callable[[Sequence[Resource]], list[list[str]]]:
    """What tells the faults of each resource of these kinds, warnings too, but `NO_FAULTS` and what is `blind`."""
    from pyfhircheck import Validator
    from pyfhircheck.config import ValidatorConfig

    for one in _iter_definitions(kinds):
        (folder / f"{one['resourceType']}-{one['id']}.json").write_text(json.dumps(one), encoding="utf-8")
    logging.getLogger("pyfhircheck").setLevel(logging.CRITICAL)
    validator = Validator(ValidatorConfig(local_package_paths=[str(folder)]))

    def judge(resources: Sequence[Resource]) -> list[list[str]]:
        with contextlib.redirect_stdout(io.StringIO()):  # fhirpathpy traces what it does
            reports = [validator.validate_resource(_shorten(one)) for one in resources]
        told = [[f"{one.path}: {one.message}" for one in report.issues if one.code not in NO_FAULTS] for report in reports]
        return [[fault for fault in faults if not any(re.search(one, fault) for one in blind)] for faults in told]

    return judge


def _iter_definitions(kinds: tuple[str, ...]) -> Iterator[Resource]:
    """Of FHIR the types, the resources of these kinds, its extensions and value sets; of CPG on FHIR the profiles."""
    yield from json.loads((SCRIPTS / "cpg-profiles.json").read_bytes())
    for name in ("profiles-types", "profiles-resources", "extension-definitions", "valuesets"):
        for entry in json.loads((DEFINITIONS / f"{name}.json").read_bytes())["entry"]:
            one = entry["resource"]
            wanted = KEPT.get(name, ("",)) + (kinds if name == "profiles-resources" else ())
            if one["id"].startswith(wanted):
                yield one


def _shorten(resource: Resource) -> Resource:
    if resource["resourceType"] != "Library":
        return resource
    return {**resource, "content": [{**one, "data": one["data"][:MOST]} for one in resource["content"]]}
