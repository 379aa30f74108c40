"""Draw first screens, an interview and pathways as SVG: python tools/pictures.py [NAME ...] (writes docs/img/)."""

from __future__ import annotations

import datetime as dt
import io
import re
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

import concordant
from concordant.answer.engine import answer_record
from concordant.cli.conversation import Conversation
from concordant.library import FOLDER, load_shipped
from concordant.patient.events import PatientRecord
from concordant.present.interview import Interview
from concordant.present.terminal import render_terminal
from concordant.record.casefile.read import read_case
from concordant.terminology.names import make_words
from concordant.texts import read_file

WIDTH, LINES = 80, 64
OUT = Path(__file__).parent.parent / "docs" / "img"
PAPER = TerminalTheme(
    (252, 252, 250),
    (40, 44, 52),
    [(40, 44, 52), (170, 40, 40), (40, 120, 60), (150, 110, 20), (40, 80, 160), (130, 60, 130), (20, 110, 125), (90, 95, 105)],
)


# What the person in docs/img/ask.svg knows: it came back 8 months after adjuvant trastuzumab. The rest is not known.
DAY = dt.date(2022, 9, 20)
REPLIES = {
    "disease_extent": "metastatic",
    "her2_ihc": "3+",
    "presentation": "recurrent",
    "her2_lines_progressed": "0",
    "disease_status": "progressing",
    "adjuvant_her2_therapy": "yes",
    "months_from_adjuvant_her2_therapy_to_recurrence": "8 months",
    "received_trastuzumab_deruxtecan": "no",
}
ANSWER_LINES = 20
# Those that the README shows: a recommendation, a danger of each kind, a refusal by the patient.
FIRST_SCREENS = ("A25", "Z24", "Z30", "Z40", "Z54", "Z52")
# The whole guideline; an answer, a question, a danger.
PATHWAYS = ("", "A03", "P01", "A13")


def paper() -> Console:
    return Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor", highlight=False)


def save(console: Console, name: str) -> None:
    svg = console.export_svg(title="concordant", theme=PAPER, clear=False, unique_id=name)
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.S).replace("Fira Code", "DejaVu Sans Mono")
    svg = re.sub(r"\n\s*<!--.*?-->", "", svg, flags=re.S)
    (OUT / f"{name}.svg").write_text(svg, encoding="utf-8")
    print(f"docs/img/{name}.svg")


def put(console: Console, text: str, most: int) -> None:
    lines = text.splitlines()
    for line in lines[:most]:
        console.print(Text.from_ansi(line))
    if len(lines) > most:
        console.print(Text(f"... {len(lines) - most} more lines", style="dim"))


def draw(name: str, path: Path) -> None:
    knowledge = load_shipped()
    record = read_case(read_file(path), knowledge, make_words(knowledge), dt.date.today())
    console = paper()
    console.print(Text(f"$ concordant recommend {path.name}", style="dim"))
    put(console, render_terminal(answer_record(record, knowledge), colour=True, width=WIDTH, full=False), LINES)
    save(console, name)


def draw_interview() -> None:
    """The real conversation, the replies typed by REPLIES."""
    knowledge = load_shipped()
    console = paper()
    console.print(Text(f"$ concordant ask --as-of {DAY}", style="dim"))
    talk = Conversation(Interview(PatientRecord(DAY), knowledge, make_words(knowledge)), console, lambda prompt: typed(prompt))

    def typed(prompt: str) -> str:
        ask = talk.state.next_question
        known = REPLIES.get(ask.feature, "d") if ask else "q"
        reply = known if prompt == "> " else "n" if "y/N" in prompt else "y"
        console.print(Text(prompt).append(reply, style="bold"))
        return reply

    put(console, render_terminal(talk.ask_questions().full_answer, colour=True, width=WIDTH, full=False), ANSWER_LINES)
    save(console, "ask")


def draw_pathway(name: str) -> None:
    """The guideline as a picture, or with the patient of a case on it."""
    cases = sorted((FOLDER / "cases").glob(f"{name}-*.yaml")) if name else [None]
    target = OUT / (f"pathway-{name}.svg" if name else "pathway.svg")
    target.write_text(str(concordant.draw(cases[0])), encoding="utf-8")
    print(f"docs/img/{target.name}")


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    wanted = sys.argv[1:] or [*FIRST_SCREENS, "ask", "pathway"]
    for path in sorted((FOLDER / "cases").glob("*.yaml")):
        name = path.stem.split("-", 1)[0]
        if name in wanted:
            draw(name, path)
    if "ask" in wanted:
        draw_interview()
    if "pathway" in wanted:
        for name in PATHWAYS:
            draw_pathway(name)


if __name__ == "__main__":
    main()
