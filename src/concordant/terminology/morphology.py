"""Codes of tumours by their tissue: four digits, a slash, how the tumour behaves, and perhaps its place (`8500/3-C50.9`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from concordant.contract_names import OTHER_CANCER
from concordant.model.reading import CodeFamily, Morphology
from concordant.terminology.code_table import CodeableConcept, CodeTable, concept_from_family, iter_code_prefixes

PLACE_ALONE = "?"  # in the table of behaviours
WRITTEN = re.compile(r"(?:(?P<tissue>\d{4})/(?P<behaviour>\d)|NULL)?[-: ]?(?P<place>[A-Z]\d\d(?:\.\d)?)?")


class MorphologyTable(CodeTable):
    """What such a code stands for: by its behaviour, and of a primary tumour or a metastasis by its place."""

    def __init__(self, morphology: Morphology) -> None:
        super().__init__()
        self.behaviours = _index_families(morphology.behaviours)
        self.tissues = _index_families(morphology.tissues)
        self.primaries, self.metastases = _index_families(morphology.primaries), _index_families(morphology.metastases)

    def find_other_spelling(self, code: str) -> CodeableConcept | None:
        """The meaning of any code of this form; None for one of another form."""
        written = WRITTEN.fullmatch(code.strip().upper())
        if written is None or not (written["behaviour"] or written["place"]):
            return None
        place = written["place"] or ""
        told = self.behaviours.get(written["behaviour"] or PLACE_ALONE)
        if told is not None and told.kind == "cancer" and (tissue := self._find_tissue(written["tissue"] or "")) is not None:
            return tissue
        places = self.metastases if told is not None and told.kind == "secondary" else self.primaries
        at = next((places[place[:length]] for length in (5, 3) if place[:length] in places), None)
        if not written["behaviour"]:  # elsewhere it may be the place of a metastasis
            return at if at is not None and at.name != OTHER_CANCER else told
        return at if at is not None and told is not None and told.kind in ("secondary", "cancer") else told

    def _find_tissue(self, code: str) -> CodeableConcept | None:
        """A tissue that is another cancer wherever it grows."""
        return next((self.tissues[code[:length]] for length in (4, 3, 2) if code[:length] in self.tissues), None)


def _index_families(families: Iterable[CodeFamily]) -> Mapping[str, CodeableConcept]:
    return {code: concept_from_family(family) for family in families for code in iter_code_prefixes(family.codes)}
