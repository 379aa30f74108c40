"""Put real output into README.md between its fences: python tools/make_readme.py (--check exits 1 when out of date)."""

from __future__ import annotations

import datetime as dt
import re
import sys
from pathlib import Path

from concordant.answer.engine import answer_record
from concordant.cli.stories import read_story
from concordant.errors import ConcordantError
from concordant.library import load_shipped
from concordant.model.knowledge import Knowledge
from concordant.present.terminal import render_terminal
from concordant.record.casefile.read import read_case
from concordant.terminology.names import make_words
from concordant.texts import read_text

README = Path(__file__).parent.parent / "README.md"
BAD = "as_of: 2022-11-07\ndisease:\n  - {event: progresion, date: 2022-13}\n"


def answer(name: str, knowledge: Knowledge) -> str:
    record = read_case(read_text(read_story(name), name), knowledge, make_words(knowledge), dt.date(2022, 1, 1))
    return render_terminal(answer_record(record, knowledge), colour=False, width=100, full=False)


def first_part(text: str, sections: int) -> str:
    return "\n\n".join(text.split("\n\n")[:sections]).rstrip()


def complaint(knowledge: Knowledge) -> str:
    try:
        read_case(read_text(BAD, "patient.yaml"), knowledge, make_words(knowledge), dt.date(2022, 1, 1))
    except ConcordantError as error:
        return str(error)
    return ""


def main() -> int:
    knowledge = load_shipped()
    text = README.read_text(encoding="utf-8")
    blocks = [first_part(answer("A03", knowledge), 1), first_part(answer("P01", knowledge), 2), complaint(knowledge)]
    fences = [m for m in re.finditer(r"```\n(.*?)\n```", text, re.S) if not m[1].startswith("./dev")]
    assert len(fences) == len(blocks)
    for fence, block in reversed(list(zip(fences, blocks, strict=True))):
        text = text[: fence.start(1)] + block + text[fence.end(1) :]
    if "--check" in sys.argv:
        return int(text != README.read_text(encoding="utf-8"))
    README.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
