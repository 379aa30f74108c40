"""One patient written in many ways that say the same: the table of the ways, and what each makes of a bundle.

A way changes the entries (`codes`, `shapes`, `noise`) or how they are put into files (`files`). The table `perturbations.yaml`
says what each does, and where its facts may differ and why.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from concordant.model.knowledge import Knowledge
from concordant.patient.events import PatientRecord
from tests.writers.as_fhir import bundle_of

HERE = Path(__file__).parent
Resource = dict[str, Any]
Files = dict[str, bytes]


@dataclass(frozen=True)
class Told:
    """What a way works on: the plain bundle of a record, and chance that is the same every time."""

    record: PatientRecord
    knowledge: Knowledge
    bundle: Resource
    chance: random.Random

    @property
    def entries(self) -> list[Resource]:
        """The entries of the plain bundle."""
        return list(self.bundle["entry"])


@dataclass(frozen=True)
class Way:
    """One row of the table: its function gives entries, or files."""

    name: str
    kind: str
    says: str
    differs: Mapping[str, str]
    unmended: str

    def write(self, record: PatientRecord, knowledge: Knowledge) -> Files:
        """The files of this patient, in this way."""
        from tests.writers.perturbed import codes, files, noise, shapes

        told = Told(record, knowledge, bundle_of(record, knowledge), random.Random(self.name))
        if self.kind == "files":
            as_files: Callable[[Told], Files] = getattr(files, self.name)
            return as_files(told)
        change: Callable[[Told], list[Resource]] = next(
            found for room in (codes, shapes, noise) if (found := getattr(room, self.name, None)) is not None
        )
        return {"bundle.json": files.dump({**told.bundle, "entry": change(told)})}


@cache
def ways() -> tuple[Way, ...]:
    """The table."""
    rows = yaml.safe_load((HERE / "perturbations.yaml").read_text(encoding="utf-8"))["perturbations"]
    return tuple(Way(row["name"], row["kind"], row["says"], row.get("differs", {}), row.get("unmended", "")) for row in rows)


@cache
def words() -> Mapping[str, Mapping[str, Any]]:
    """Other names and codes of what the writer tells."""
    found: Mapping[str, Mapping[str, Any]] = yaml.safe_load((HERE / "words.yaml").read_text(encoding="utf-8"))
    return found
