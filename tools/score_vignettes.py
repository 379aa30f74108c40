"""Score what is read in notes against their gold facts, and print every miss.

    python tools/score_vignettes.py [FOLDER...] [--quiet]

A vignette is a YAML file with a `text`, the `gold` facts (`fact = value | words | certainty`), what must not be asserted and
what has to be listed as not understood. Unsafe: a fact that `must_not` names, or that had to be confirmed, was asserted.
"""

from __future__ import annotations

import argparse
import datetime as dt
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from concordant.api import Engine
from concordant.errors import ConcordantError
from concordant.record.notes.opening import NoteReader
from concordant.record.notes.reading import NoteReadings

HOME = Path(__file__).parent.parent / "tests" / "record" / "notes" / "vignettes"
READ = ("stated", "implied")
Fact = tuple[str, str]


@dataclass
class Score:
    """Counts over some vignettes, and each miss as a sentence."""

    texts: int = 0
    right: int = 0
    wrong: int = 0
    missed: int = 0
    asked: int = 0
    to_ask: int = 0
    listed: int = 0
    to_list: int = 0
    unsafe: list[str] = field(default_factory=list)
    misses: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """Of the asserted facts, the share that the gold has."""
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """Of the facts that the gold wants, the share that was asserted."""
        return self.right / max(1, self.right + self.missed)

    def __str__(self) -> str:
        return (
            f"{self.texts} texts: precision {self.precision:.3f}, recall {self.recall:.3f}, unsafe {len(self.unsafe)}, "
            f"confirm offered {self.asked}/{self.to_ask}, unread listed {self.listed}/{self.to_list}"
        )


def load_vignettes(folder: Path) -> list[dict[str, Any]]:
    """The vignettes of a folder, by their file names."""
    yaml = YAML(typ="safe")
    return [yaml.load(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.yaml"))]


def read_vignette(vignette: dict[str, Any], reader: NoteReader) -> NoteReadings:
    """What is read in its text on its day; nothing where it is refused, as a text about two patients is."""
    day = vignette.get("as_of") or dt.date(2026, 11, 27)
    try:
        return reader.read_note(vignette["text"], vignette["id"], dt.date.fromisoformat(str(day)[:10]))
    except ConcordantError:
        return NoteReadings(vignette["text"], refused="refused")


def score_vignettes(vignettes: Iterable[dict[str, Any]], reader: NoteReader) -> Score:
    """The score of some vignettes."""
    score = Score()
    for vignette in vignettes:
        _add_vignette(score, vignette, read_vignette(vignette, reader))
    return score


def _add_vignette(score: Score, vignette: dict[str, Any], read: NoteReadings) -> None:
    gold = [_split_gold(line) for line in vignette.get("gold") or []]
    need = {fact for fact, certainty in gold if certainty in READ}
    fine = need | {fact for fact, certainty in gold if certainty == "optional"}
    confirm = {fact for fact, certainty in gold if certainty == "confirm"}
    said = {(one.fact, _normalize(one.value)) for one in read.facts}
    offered = {(one.fact, _normalize(one.value)) for one in read.offers}
    never = [_split_gold(line)[0] for line in vignette.get("must_not") or []]
    score.texts += 1
    score.right += len(said & need)
    score.wrong += len(said - fine)
    score.missed += len(need - said)
    score.asked += len(confirm & offered)
    score.to_ask += len(confirm)
    for fact in sorted(said - fine):
        is_unsafe = fact in confirm or any(fact[0] == name and value in ("*", fact[1]) for name, value in never)
        (score.unsafe if is_unsafe else score.misses).append(
            f"{vignette['id']}: {'unsafe' if is_unsafe else 'wrong'}: {_say(fact)}"
        )
    score.misses += [f"{vignette['id']}: missed: {_say(fact)}" for fact in sorted(need - said)]
    _add_unread(score, vignette, [one.text for one in read.unread])


def _add_unread(score: Score, vignette: dict[str, Any], spans: list[str]) -> None:
    for words in vignette.get("unread") or []:
        is_listed = any(words in span or span in words for span in spans if span.strip())
        score.to_list += 1
        score.listed += is_listed
        score.misses += [] if is_listed else [f"{vignette['id']}: not listed: {words}"]


def _split_gold(line: str) -> tuple[Fact, str]:
    parts = [part.strip() for part in line.split(" | ")]
    fact, _, value = parts[0].partition(" = ")
    return (fact.strip(), _normalize(value)), parts[2] if len(parts) > 2 else "stated"


def _normalize(value: str) -> str:
    return re.sub(r"\s+", " ", str(value).strip().lower())


def _say(fact: Fact) -> str:
    return f"{fact[0]} = {fact[1]}"


def make_reader() -> NoteReader:
    """The reader of the shipped knowledge."""
    engine = Engine()
    return NoteReader(engine.knowledge.notes, engine.words)


def main() -> int:
    """Print the score of each folder, and every miss."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, default=[HOME / "read", HOME / "untouched"])
    parser.add_argument("--quiet", action="store_true", help="the scores alone")
    given = parser.parse_args()
    reader = make_reader()
    for folder in given.folders:
        score = score_vignettes(load_vignettes(folder), reader)
        sys.stdout.write("".join(f"{line}\n" for line in ([] if given.quiet else [*score.unsafe, *score.misses])))
        sys.stdout.write(f"{folder.name}: {score}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
