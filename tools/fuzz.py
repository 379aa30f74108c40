"""Mutate case files and hold the reader to its promise: an answer, or a complaint; never another exception.

    python tools/fuzz.py --runs 10000 --seed 1

Every run has its own seed (`SEED:NUMBER`), so one of them is repeated with `--seed 1 --only 4711`.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from concordant.answer.engine import answer_record
from concordant.errors import ConcordantError
from concordant.library import load_shipped
from concordant.model.knowledge import Knowledge
from concordant.present.as_json import render_json
from concordant.present.terminal import render_terminal
from concordant.record.casefile.read import read_case
from concordant.terminology.names import Words, make_words
from concordant.texts import read_bytes

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = (ROOT / "src" / "concordant" / "knowledge" / "cases",)
TODAY = dt.date(2026, 1, 1)
REFUSALS = (2, 3)

Mutation = Callable[[random.Random, str, str], str]

VALUES = (
    *(
        "0",
        "-1",
        "-0",
        "1",
        "3+",
        "yes",
        "no",
        "unknown",
        "none",
        "NaN",
        ".nan",
        "inf",
        "-.inf",
        "1e400",
        "0x10",
        "012",
    ),
    *("1_000", "5.40", "1:30", "0.8.1", "''", "~", "٢٠٢٢-٠٣-٠٥", "٣", "²", "½", "９９ kg"),
    *("9" * 400, "9" * 5000, "1 to " + "9" * 400),
    *("2022", "2022-02", "2022-02-30", "2021-13", "0000-00-00", "9999-12-31", "1800-01-01", "2200-12-31"),
    *("2022-09-20T10:00:00Z", "\u202etxet", "👩‍⚕️", "é" * 50, "x" * 3000, "<= 12 months", "> 12 months", "8 to 11 months"),
    *("11 to 8 months", "< 0 kg", ">= 100 %", "101 %", "-5 kg", "64", "64 kg", "1.7 m", "70 in", "2.4 µkat/L", "2 μkat/L"),
    *("1e3 /uL", "> 0 mg/dL", "0 %", "100 %"),
    *("positive", "negative", "equivocal", "metastatic", "early", "progression", "completed", "ongoing", "toxicity", "adjuvant"),
    *("advanced", "active", "resolved", "absent", "second", "first", "her2_ihc", "trastuzumab", "T-DXd", "chemotherapy"),
)
SYNTAX = (
    *("", "[]", "{}"),
    *("[[]]", "[~]", "[{}]", "{a: b}", "- x", "&a b", "*a", "!!binary aGk=", "| ", "> ", "'", '"', "#", "@", "%", "`"),
    *('"\\ud800"', '"\\0"', '"\\e[31m"', '"\\UFFFFFFFF"', "null", "0,8 mg/dL", "a: b", "!<x", "? x", "<<"),
)
KEYS = (
    *("event", "date", "stage", "extent", "sites", "brain_metastases", "drugs", "setting", "line", "start", "end", "cycles"),
    *("stopped", "test", "value", "specimen", "ratio", "copies", "name", "status", "icd10", "upper_limit", "as_of", "patient"),
    *("disease", "stated", "treatments", "measurements", "medications", "unavailable", "conditions", "tumor_markers"),
    *("resourceType", "", "1", "<<", "? [a]"),
)
UNITS = ("kg", "g", "lb", "cm", "m", "%", "percent", "months", "years", "mg/dL", "U/L", "10*9/L", "/uL", "mL/min", "xULN", "m2")
STATED = (
    *("age", "line_of_therapy", "lvef", "lvef_baseline", "her2_status", "brain_metastases", "weight", "height", "pregnant"),
    *("received_taxane", "ecog", "disease_status", "disease_extent", "presentation", "her2_lines_progressed", "platelets"),
    *("months_from_adjuvant_her2_therapy_to_recurrence", "months_disease_free", "interstitial_lung_disease", "cancer_type"),
)
SCALAR = re.compile(r"(?:(?<=[:,] )|(?<=\[))[^\s,\[\]{}:#][^,\[\]{}:#\n]*+(?!:)")
PAIR = re.compile(r"\b([a-z][a-z0-9_]*): ((?:\[[^\[\]\n]*\]|[^,\[\]{}:#\n])+)")
ENTRY = re.compile(r"(?m)^  - .*\n")
BLOCK = re.compile(r"(?m)^([a-z_]+):\n((?:  - .*\n)+)")
DATE = re.compile(r"\b(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?\b")
UNIT = re.compile(r"(?<=\d) ?(?:kg|cm|%|months|years|mg/dL|U/L|10\*9/L|mL/min)")
KEY = re.compile(r"\b[a-z][a-z0-9_]*(?=:)")


def _replace_one(chance: random.Random, text: str, pattern: re.Pattern[str], new: Callable[[re.Match[str]], str]) -> str:
    places = list(pattern.finditer(text))
    if not places:
        return text
    place = chance.choice(places)
    return text[: place.start()] + new(place) + text[place.end() :]


def _line_mutation(change: Callable[[random.Random, list[str], int], None]) -> Mutation:
    def mutate(chance: random.Random, text: str, _other: str) -> str:
        lines = text.split("\n")
        change(chance, lines, chance.randrange(len(lines)))
        return "\n".join(lines)

    return mutate


def _delete_line(_chance: random.Random, lines: list[str], at: int) -> None:
    del lines[at]


def _swap_lines(chance: random.Random, lines: list[str], at: int) -> None:
    other = chance.randrange(len(lines))
    lines[at], lines[other] = lines[other], lines[at]


def _duplicate_line(_chance: random.Random, lines: list[str], at: int) -> None:
    lines.insert(at, lines[at])


def delete_entry(chance: random.Random, text: str, _other: str) -> str:
    """An entry less."""
    return _replace_one(chance, text, ENTRY, lambda _: "")


def duplicate_entry(chance: random.Random, text: str, _other: str) -> str:
    """An entry twice."""
    return _replace_one(chance, text, ENTRY, lambda m: m[0] * 2)


def swap_entries(chance: random.Random, text: str, _other: str) -> str:
    """The entries of a block in another order."""

    def shuffled(block: re.Match[str]) -> str:
        entries = block[2].splitlines(keepends=True)
        chance.shuffle(entries)
        return f"{block[1]}:\n{''.join(entries)}"

    return _replace_one(chance, text, BLOCK, shuffled)


def delete_pair(chance: random.Random, text: str, _other: str) -> str:
    """A key and its value less."""
    return _replace_one(chance, text, re.compile(rf"{PAIR.pattern}(?:, )?"), lambda _: "")


def _indent_line(chance: random.Random, lines: list[str], at: int) -> None:
    lines[at] = chance.choice(("  ", "\t", "    - ", "- ")) + lines[at] if chance.random() < 0.6 else lines[at].lstrip()


def change_scalar(chance: random.Random, text: str, _other: str) -> str:
    """An edge value in the place of a scalar."""
    return _replace_one(chance, text, SCALAR, lambda _: _edge(chance))


def _edge(chance: random.Random) -> str:
    return chance.choice(VALUES if chance.random() < 0.9 else SYNTAX)


def mix_scalars(chance: random.Random, text: str, other: str) -> str:
    """The value that a key has in another case, in the place of its value here."""
    values: dict[str, list[str]] = {}
    for pair in PAIR.finditer(other):
        values.setdefault(pair[1], []).append(pair[2])
    return _replace_one(chance, text, PAIR, lambda m: f"{m[1]}: {chance.choice(values.get(m[1], [m[2]]))}")


def borrow_entry(chance: random.Random, text: str, other: str) -> str:
    """An entry of another case, in its own block."""
    blocks = list(BLOCK.finditer(other))
    if not blocks:
        return text
    block = chance.choice(blocks)
    entry = chance.choice(block[2].splitlines())
    return re.sub(rf"(?m)^{block[1]}:\n", lambda m: f"{m[0]}{entry}\n", text, count=1)


def change_key(chance: random.Random, text: str, _other: str) -> str:
    """Another key, a misspelt key."""
    return _replace_one(chance, text, KEY, lambda m: chance.choice(KEYS) if chance.random() < 0.5 else _misspelt(chance, m[0]))


def _misspelt(chance: random.Random, word: str) -> str:
    at = chance.randrange(len(word))
    return word[:at] + chance.choice(("", word[at] * 2, "x", word[at].upper())) + word[at + 1 :]


def change_type(chance: random.Random, text: str, _other: str) -> str:
    """A list or a mapping in the place of a scalar, and the other way round."""
    shapes = ("[{0}]", "[{0}, {0}]", "{{value: {0}}}", "[[{0}]]", '"{0}"', "'{0}'", "[]", "~")
    if chance.random() < 0.6:
        return _replace_one(chance, text, SCALAR, lambda m: chance.choice(shapes).format(m[0]))
    return _replace_one(chance, text, re.compile(r"\[[^\[\]\n]*\]|\{[^{}\n]*\}"), lambda _: _edge(chance))


def shift_date(chance: random.Random, text: str, _other: str) -> str:
    """A date some years away, or less exact, or impossible."""

    def other_date(found: re.Match[str]) -> str:
        year = int(found[1]) + chance.choice((0, 0, 0, 0, -1, 1, -2, -60, 5))
        parts = [f"{year:04}", found[2] or f"{chance.randrange(14):02}", found[3] or f"{chance.randrange(33):02}"]
        return "-".join(parts[: chance.choice((1, 2, 3, 3, 3))])

    return _replace_one(chance, text, DATE, other_date)


def swap_unit(chance: random.Random, text: str, _other: str) -> str:
    """Another unit, or none."""
    return _replace_one(chance, text, UNIT, lambda _: " " + chance.choice((*UNITS, "")))


def truncate(chance: random.Random, text: str, _other: str) -> str:
    """The beginning only."""
    return text[: chance.randrange(len(text) + 1)]


def delete_span(chance: random.Random, text: str, _other: str) -> str:
    """A few characters less."""
    at = chance.randrange(len(text) + 1)
    return text[:at] + text[at + chance.randint(1, 12) :]


def insert_signs(chance: random.Random, text: str, _other: str) -> str:
    """Signs that mean something to YAML, control characters, random unicode."""
    signs = chance.choice(("{}[],:-#&*!|>'\"%@`?~\t\n ", "\x00\x07\x1b\x7f\x85\u2028\ufeff", "\ud800\udfff", ""))
    sign = chance.choice(signs) if signs else chr(chance.randrange(0x110000))
    at = chance.randrange(len(text) + 1)
    return text[:at] + sign * chance.choice((1, 1, 1, 2, 30)) + text[at:]


def nest(chance: random.Random, text: str, _other: str) -> str:
    """Many brackets around a scalar, or the whole text one level down."""
    depth = chance.choice((1, 5, 50, 500, 5000))
    if chance.random() < 0.2:
        return "patient:\n" + "\n".join("  " + line for line in text.split("\n"))
    return _replace_one(chance, text, SCALAR, lambda m: "[" * depth + m[0] + "]" * chance.choice((depth, depth - 1)))


def line_ends(chance: random.Random, text: str, _other: str) -> str:
    """The line ends of other systems, and a byte order mark."""
    return chance.choice(("", "\ufeff")) + text.replace("\n", chance.choice(("\r\n", "\r", "\n\n")))


def drop_review(_chance: random.Random, text: str, _other: str) -> str:
    """Without the expected answer of a reviewed case, so that other changes hit the patient."""
    return text.split("\nexpect:", 1)[0] + "\n"


def state(chance: random.Random, text: str, _other: str) -> str:
    """A feature set directly."""
    text = drop_review(chance, text, "")
    fact = f"{chance.choice(STATED)}: {_edge(chance)}"
    if "\nstated: {" in text:
        return text.replace("\nstated: {", f"\nstated: {{{fact}, ", 1)
    return f"{text}stated: {{{fact}}}\n"


WHOLE: tuple[Mutation, ...] = (delete_entry, duplicate_entry, swap_entries, delete_pair, borrow_entry, borrow_entry)
INSIDE: tuple[Mutation, ...] = (change_scalar, change_scalar, mix_scalars, mix_scalars, shift_date, shift_date, swap_unit, state)
BREAKING: tuple[Mutation, ...] = (
    *map(_line_mutation, (_delete_line, _duplicate_line, _swap_lines, _indent_line)),
    *(change_key, change_type, truncate, delete_span, insert_signs, nest, line_ends),
)


def mutated(chance: random.Random, cases: Sequence[str]) -> bytes:
    """One mutated case file, as bytes."""
    text, other = chance.choice(cases), chance.choice(cases)
    if chance.random() < 0.8:
        text = drop_review(chance, text, other)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
        kind = chance.choices((WHOLE, INSIDE, BREAKING), (4, 4, 1))[0]
        text = chance.choice(kind)(chance, text, other)
    data = text.encode("utf-8", "surrogatepass")
    if chance.random() < 0.03:
        at = chance.randrange(len(data) + 1)
        data = data[:at] + chance.randbytes(chance.randint(1, 8)) + data[at:]
    return data


@dataclass
class Tally:
    """What became of the runs: answered and refused by kind, and the failures."""

    answered: Counter[str] = field(default_factory=Counter)
    refused: Counter[int] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    @property
    def count_in(self) -> int:
        """All runs that have ended."""
        return self.answered.total() + self.refused.total() + len(self.failures)

    def __str__(self) -> str:
        answers = ", ".join(f"{name} {n}" for name, n in sorted(self.answered.items()))
        refusals = ", ".join(f"exit {code}: {n}" for code, n in sorted(self.refused.items()))
        return (
            f"{self.count_in} in = {self.answered.total()} answered ({answers}) + {self.refused.total()} refused ({refusals})"
            f" + {len(self.failures)} failed"
        )


@dataclass(frozen=True)
class Fuzzer:
    """Reads and answers mutated cases."""

    cases: Sequence[str]
    knowledge: Knowledge
    words: Words
    seed: int

    def text(self, number: int) -> bytes:
        """The mutated case of one run."""
        return mutated(random.Random(f"{self.seed}:{number}"), self.cases)

    def run(self, number: int, tally: Tally) -> None:
        """One run; whatever else than an answer or a complaint happens is a failure."""
        data = self.text(number)
        try:
            tally.answered[self._answer(data)] += 1
        except ConcordantError as error:
            if error.exit_code in REFUSALS and str(error).strip() and all(c.says for c in error.complaints):
                tally.refused[error.exit_code] += 1
            else:
                tally.failures.append(self._failure(number, data, f"exit {error.exit_code}: {error!s:.200}"))
        except Exception as error:  # what this tool looks for
            tally.failures.append(self._failure(number, data, _where(error)))

    def _answer(self, data: bytes) -> str:
        record = read_case(read_bytes(data, "case.yaml"), self.knowledge, self.words, TODAY)
        answer = answer_record(record, self.knowledge)
        render_json(answer).encode()
        render_terminal(answer, colour=False, width=100).encode()
        return str(answer.answer)

    def _failure(self, number: int, data: bytes, what: str) -> str:
        path = Path(tempfile.gettempdir()) / f"concordant-fuzz-{self.seed}-{number}.yaml"
        path.write_bytes(data)
        return f"run {number} of seed {self.seed}: {what}; the text is {path}"


def _where(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace else "?"
    return f"{type(error).__name__} in {place}: {error!s:.150}"


def fuzzer(seed: int) -> Fuzzer:
    """A fuzzer over the cases of the project."""
    knowledge = load_shipped()
    return Fuzzer(tuple(_cases()), knowledge, make_words(knowledge), seed)


def _cases() -> Iterator[str]:
    for folder in FOLDERS:
        if paths := sorted(folder.glob("*.yaml")):
            yield from (path.read_text(encoding="utf-8") for path in paths)
            return
    raise SystemExit(f"no case files in {' or '.join(map(str, FOLDERS))}")


def fuzz(fuzzer_: Fuzzer, numbers: Sequence[int], *, every: float = 10.0) -> Tally:
    """Run the numbers, with a line of progress every few seconds."""
    tally, last = Tally(), time.monotonic()
    for number in numbers:
        known = len(tally.failures)
        fuzzer_.run(number, tally)
        for failure in tally.failures[known:]:
            print(failure, flush=True)
        if time.monotonic() - last > every:
            last = time.monotonic()
            print(f"  {tally}", flush=True)
    return tally


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz; 1 when anything failed."""
    parser = argparse.ArgumentParser(description="Mutate case files; nothing but an answer or a complaint may come of it.")
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=int, default=0, metavar="NUMBER", help="the number of the first run")
    parser.add_argument("--only", type=int, metavar="NUMBER", help="repeat this run alone")
    options = parser.parse_args(arguments)
    numbers = range(options.start, options.start + options.runs) if options.only is None else [options.only]
    tally = fuzz(fuzzer(options.seed), numbers)
    print(tally)
    return 1 if tally.failures else 0


if __name__ == "__main__":
    sys.exit(main())
