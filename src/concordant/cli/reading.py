"""The verb `read`: what was understood of a source, as a case file or as a table; what was set aside, in a file."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from concordant.cli.notes import NOTE_FORMATS, choose_note_format, write_note
from concordant.cli.options import codes_option, knowledge_option, language_option, propose_options
from concordant.errors import Broken, Complaint, Unreadable
from concordant.outputs import Sink, is_same_path, open_sink, refuse_source, replace_file, report_write_errors, write_file
from concordant.patient.account import Account
from concordant.present.language import Language, load_language
from concordant.record.sources import Patient

if TYPE_CHECKING:
    from concordant.api import Engine, LanguageModel  # loaded only when the verb runs


@click.command()
@click.argument("source")
@click.option("--report", is_flag=True, help="What became of each entry: used, ignored and why, or set aside.")
@click.option("--refused", default="", metavar="FILE", help="Write what was set aside to this file, one JSON object a line.")
@click.option("--patient", "id_", default="", metavar="ID", help="The patient that is meant, where there are several.")
@click.option("--all", "every", is_flag=True, help="Every patient, one after the other.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["case", *NOTE_FORMATS]),
    default=None,
    help="A case file (default); of a note also its marked text: terminal, html, md, or its readings as json.",
)
@click.option("-o", "--output", default="", metavar="FILE", help="Write to a file instead of the terminal; with --all, a folder.")
@click.option("--as-of", default="", metavar="DATE", help="As it stood on this day; cuts a record without a date of its own.")
@propose_options
@language_option
@codes_option
@knowledge_option
def read(
    source: str,
    report: bool,
    refused: str,
    id_: str,
    every: bool,
    format_: str | None,
    output: str,
    as_of: str,
    language: str,
    codes: str,
    knowledge: str,
    proposer: LanguageModel | None,
) -> None:
    """What was understood of SOURCE, as a case file to check, correct and give to `recommend`.

    A note is shown marked on a terminal; in a pipe, or with `-o case.yaml`, it is a case file as any source is.
    """
    from concordant.cli.opening import list_sources, make_engine, open_patient, open_patients, parse_day

    sources = list_sources(source, codes)
    _check_outputs(output, refused, sources)
    rest, engine, day = Account(), make_engine(knowledge, codes, proposer), parse_day(as_of)
    chosen = () if every else (open_patient(source, day, id_, engine, rest),)
    patients = chosen or open_patients(source, day, engine, rest, id_)
    with _open_set_aside(refused) as aside:
        kept = _iter_patients(patients, aside, rest)
        shown = choose_note_format(chosen[0], format_, output, is_terminal=sys.stdout.isatty()) if chosen else format_
        if report:
            _write_report(kept, output, load_language(language, engine.knowledge), every=every)
        elif shown is not None and shown != "case":
            write_note(next(iter(kept)), shown, output, engine, language)
        else:
            _write_cases(kept, output, sources, engine, every=every)


def _check_outputs(output: str, refused: str, sources: list[str]) -> None:
    """Refuse, before anything is read, to write over the source, or two things into one file."""
    for target in (output, refused):
        refuse_source(target, sources)
    if output and refused and is_same_path(output, refused):
        raise Unreadable(Complaint("--refused and --output name the same file", refused, way_out="Name another for one of them"))


def _open_set_aside(name: str) -> AbstractContextManager[Sink | None]:
    return replace_file(name) if name else nullcontext()


def _iter_patients(patients: Iterable[Patient], aside: Sink | None, rest: Account) -> Iterator[Patient]:
    """The patients as they come; what was set aside of each, and of nobody, goes to the file. Raises Broken at the end."""
    failed = 0
    for patient in patients:
        if patient.failure:
            failed += 1
            print(f"{patient.id}: {patient.failure}", file=sys.stderr)  # noqa: T201
            continue
        _write_set_aside(patient.id, patient.account, aside)
        yield patient
    _write_set_aside("", rest, aside)
    if failed:
        raise Broken(Complaint(f"This is a bug in concordant: {failed} of the patients could not be read. Please report it."))


def _write_set_aside(patient: str, account: Account, aside: Sink | None) -> None:
    for row in account.rows if aside is not None else ():
        if aside is not None and row.fate == "set aside":
            entry = {"patient": patient, "place": row.place, "kind": row.kind, "why": row.why}
            aside.write(json.dumps(entry, ensure_ascii=False) + "\n")


def _write_report(patients: Iterable[Patient], output: str, language: Language, *, every: bool) -> None:
    from concordant.present.page.account_table import render_account, render_total, show_account

    counts: Counter[str] = Counter()
    number = 0
    with open_sink(output) as out:
        for patient in patients:
            number += 1
            counts.update({str(fate): count for fate, count in patient.account.counts.items()})
            out.write(render_account(show_account(patient), language) + "\n")
        if every:
            out.write(render_total(counts, number, language) + "\n")


def _write_cases(patients: Iterable[Patient], output: str, sources: list[str], engine: Engine, *, every: bool) -> None:
    from concordant.record.casefile.write import write_case

    texts = ((patient.id, write_case(patient, engine.knowledge, engine.words)) for patient in patients)
    if every and output:
        _write_folder(texts, Path(output), sources)
        return
    with open_sink(output) as out:
        for number, (_, text) in enumerate(texts):
            out.write(f"---\n{text}" if number else text)


def _write_folder(texts: Iterable[tuple[str, str]], folder: Path, sources: list[str]) -> None:
    """One file a patient, named by a number and what of the id may stand in a file name."""
    with report_write_errors(str(folder)):
        folder.mkdir(parents=True, exist_ok=True)
    for number, (id_, text) in enumerate(texts, 1):
        safe = "".join(sign if sign.isalnum() or sign in "-_" else "-" for sign in id_)[:60]
        target = str(folder / f"{number:05}-{safe or 'patient'}.yaml")
        refuse_source(target, sources)
        write_file(text.encode(), target)
