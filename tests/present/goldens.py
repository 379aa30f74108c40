"""The answers of the published stories as a person reads them: python -m tests.present.goldens rewrites the golden files.

The diff of a golden file is what a reviewer of a change reads.
"""

from __future__ import annotations

from pathlib import Path

from concordant.answer.engine import answer_record
from concordant.errors import ConcordantError
from concordant.library import FOLDER, load_shipped
from concordant.model.knowledge import Knowledge
from concordant.present.terminal import render_terminal
from concordant.record.casefile.read import read_case
from concordant.terminology.names import Words, make_words
from concordant.texts import read_file
from tests.conftest import AS_OF

GOLDEN = Path(__file__).parent.parent / "golden" / "answers"
CASES = FOLDER / "cases"
WIDTH = 100


def answer_text(path: Path, knowledge: Knowledge, words: Words) -> str:
    """What the terminal shows for a case, or why it is refused."""
    try:
        record = read_case(read_file(path), knowledge, words, AS_OF)
    except ConcordantError as error:
        return "".join(f"{complaint}\n".replace(f"{path.parent}/", "") for complaint in error.complaints)
    text = render_terminal(answer_record(record, knowledge), colour=False, width=WIDTH, full=True)
    return text.replace(f"Knowledge {knowledge.digest[:12]}", "Knowledge DIGEST")


def main() -> None:
    knowledge = load_shipped()
    words = make_words(knowledge)
    for golden in sorted(GOLDEN.glob("*.txt")):
        golden.write_text(answer_text(CASES / f"{golden.stem}.yaml", knowledge, words), encoding="utf-8")


if __name__ == "__main__":
    main()
