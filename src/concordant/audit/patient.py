"""Claims of one patient against the answer that was computed for that patient: preferred, offered, avoided, or still open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from concordant.answer.schema import Answer, Option
from concordant.audit.lexicon import Lexicon
from concordant.audit.reading import Reading
from concordant.audit.verdicts import Finding
from concordant.model.audit import ClaimVerdict
from concordant.model.sources import Cite

OFFERED = ("applies", "applies_if_checked")


@dataclass(frozen=True)
class PatientChecker:
    """Checks what a sentence says is to be given to this patient."""

    answer: Answer
    lexicon: Lexicon
    classes: dict[str, tuple[str, ...]]

    def check_sentence(self, reading: Reading) -> list[Finding]:
        """A finding where this patient is meant and a regimen is named."""
        if not reading.has_part("this_patient") or reading.has_part("if_so") or reading.has_part("asked"):
            return []
        named = frozenset(m.id for m in reading.drug_mentions if m.id in reading.spoken and not m.denied)
        if not named or not (reading.has_part("must") or reading.has_part("may") or reading.has_part("give")):
            return []
        option = next((o for o in self.answer.options if self._names_regimen(named, self._list_ids(o.drugs))), None)
        avoided = next((a for a in self.answer.avoid if self._names_regimen(named, self._list_ids(a.drugs))), None)
        if self.answer.answer == "needs_data" and (option is None or option.status not in OFFERED):
            asked = self.answer.ask[0].question if self.answer.ask else self.answer.answer
            return [self._make_finding("overstated", reading, f"the record leaves it open: {asked}")]
        if option is not None and option.status in OFFERED:
            return [self._judge_option(option, reading)]
        if avoided is not None:
            return [self._make_finding("contradicted", reading, avoided.why)]
        offered = [o.name for o in self.answer.options if o.status in OFFERED]
        if offered and self._is_regimen(named):
            return [self._make_finding("contradicted", reading, f"for this patient: {', '.join(offered)}")]
        return []

    def _judge_option(self, option: Option, reading: Reading) -> Finding:
        first = next(o for o in self.answer.options if o.status in OFFERED)
        if reading.has_part("only") and option is not first:
            return self._make_finding("overstated", reading, f"offered first: {first.name}")
        return self._make_finding("supported", reading, f"{option.role}: {option.name}")

    def _list_ids(self, drugs: Sequence[str]) -> frozenset[str]:
        """An answer names drugs as people do."""
        ids = {drug.name: drug.id for drug in self.lexicon.knowledge.drugs}
        return frozenset(ids.get(name, name) for name in drugs)

    def _names_regimen(self, named: frozenset[str], regimen: frozenset[str]) -> bool:
        covered = all(drug in named or set(self.classes.get(drug, ())) & named for drug in regimen)
        classes = {name for drug in regimen for name in self.classes.get(drug, ())}
        return bool(regimen) and covered and all(name in regimen or name in classes for name in named)

    def _is_regimen(self, named: frozenset[str]) -> bool:
        return any(self._names_regimen(named, frozenset(regimen.drugs)) for regimen in self.lexicon.knowledge.regimens)

    def _make_finding(self, verdict: ClaimVerdict, reading: Reading, right: str) -> Finding:
        cites = tuple(Cite(ref=one.ref, checked=one.checked) for one in self.answer.references[:1])
        return Finding("recommendation", verdict, reading.start, reading.end, right, cites)
