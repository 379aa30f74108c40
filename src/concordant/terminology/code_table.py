"""The codes of one system, and what each stands for; one that is not listed by its other spellings or its family."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

import msgspec

from concordant.model.knowledge import CodeKind
from concordant.model.reading import CodeFamily
from concordant.patient.events import Status

MOST_REMEMBERED = 5000  # a file can hold any number of spellings; the memory of them has to end


class CodeableConcept(msgspec.Struct, frozen=True):
    """What a code stands for. `name` is an id of the vocabulary that `kind` speaks of; `drugs` are the ids of a drug's parts."""

    kind: CodeKind
    name: str
    display: str
    part: str = ""
    says: str = ""
    implies: Mapping[str, str] = msgspec.field(default_factory=dict)
    drugs: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    grade: int | None = None
    status: Status | Literal[""] = ""
    whole: bool = True

    def find_word(self, test: str) -> str:
        """What it says as the result of a test; nothing where it is the result of another one."""
        return self.implies.get(test, "") if self.kind == "implied" else self.name


class CodeTable(dict[str, CodeableConcept | None]):
    """The codes of one system. One that is not listed is looked for in other spellings once, and that is remembered."""

    def __init__(self, families: Mapping[str, CodeableConcept] | None = None, *, pointed: bool = False) -> None:
        super().__init__()
        self.families = families  # of a hierarchical system: prefixes of which every code belongs
        self.pointed = pointed
        self.most = 0

    def __missing__(self, code: str) -> CodeableConcept | None:
        meaning = self.find_other_spelling(code)
        if not self.most:
            self.most = len(self) + MOST_REMEMBERED
        if len(self) < self.most:
            self[code] = meaning
        return meaning

    def add_code(self, code: str, concept: CodeableConcept) -> None:
        """Add a code as it is listed, and in capitals."""
        self[code] = self[code.upper()] = concept

    def find_other_spelling(self, code: str) -> CodeableConcept | None:
        """The code in capitals, without the dot that some leave out and the signs behind it, or by its family."""
        tidy = code.strip().upper().rstrip("*!†+-.")
        if " " in tidy:  # a letter behind a blank says how sure the diagnosis is, or that it is none
            return None
        if (meaning := self.get(tidy)) is not None or self.families is None:
            return meaning
        bare = tidy.replace(".", "")
        full = f"{bare[:3]}.{bare[3:]}" if len(bare) > 3 and self.pointed else bare
        if (meaning := self.get(full)) is not None:
            return meaning
        return next((self.families[full[:length]] for length in range(len(full), 2, -1) if full[:length] in self.families), None)


def concept_from_family(family: CodeFamily) -> CodeableConcept:
    """What every code of the family stands for."""
    kind: CodeKind = "secondary" if family.site is not None else "cancer" if family.cancer else "condition"
    name = family.site if family.site is not None else family.cancer or family.term
    return CodeableConcept(
        kind, name, family.name, about=family.about, grade=family.grade, status=family.status, whole=family.whole
    )


def iter_code_prefixes(codes: Iterable[str]) -> Iterator[str]:
    """Beginnings of codes, a range of three signs (`I60-I62`) as each of its members."""
    for code in codes:
        first, dash, last = code.partition("-")
        numbers = range(int(first[1:]), int(last[1:]) + 1) if dash else ()
        yield from (f"{first[0]}{number:02d}" for number in numbers) if dash else (code,)
