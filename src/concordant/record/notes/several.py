"""Whether a text is about several patients: then nothing is read of it, because nobody can say what belongs to whom."""

from __future__ import annotations

import re
from dataclasses import dataclass

from concordant.model.notes import NoteLanguage
from concordant.record.notes.forms import FormCompiler
from concordant.record.notes.text import fold_text

LINE_START = re.compile(r"(?m)(?:^|(?<=\n))[ \t]*(?:[-*•>#]+[ \t]*)?(?:\(?\d{1,2}[.):][ \t]+)?$")
LABEL = re.compile(r"\d+|\w+")


@dataclass(frozen=True, slots=True)
class PatientFinder:
    """The compiled forms of one language, each with whether it counts at the beginning of a line only, and whether alone."""

    forms: tuple[tuple[re.Pattern[str], bool, bool], ...]

    def find_patients(self, text: str) -> tuple[str, ...]:
        """The words by which the text begins its patients, where there are several; else nothing."""
        folded = fold_text(text)
        for pattern, at_line, alone in self.forms:
            told: dict[str, str] = {}
            for found in pattern.finditer(folded):
                if not at_line or LINE_START.search(folded[max(0, found.start() - 20) : found.start()]):
                    told.setdefault(_find_label(found), text[found.start() : found.end()].strip(" :.,(=-\n"))
            if len(told) > 1 or (alone and told):
                return tuple(told.values())
        return ()


def _find_label(found: re.Match[str]) -> str:
    """What tells one patient from another: the number or the letter of the form."""
    named = [value for value in found.groupdict().values() if value]
    return named[0] if named else LABEL.findall(found[0])[-1]


def make_patient_finder(language: NoteLanguage, compiler: FormCompiler) -> PatientFinder:
    """Compile the forms of a language. Raises ValueError for one that cannot be read."""
    return PatientFinder(tuple((compiler.compile_form(one.form).pattern, one.at_line, one.alone) for one in language.patients))
