"""The verb `lint`: what is wrong with knowledge files, or whose answer a change of them changes."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import click

from concordant.cli.writing import write_output
from concordant.errors import Complaint, Unreadable


@click.command()
@click.argument("folder", default="")
@click.option(
    "--effect",
    "base",
    is_flag=False,
    flag_value="",
    default=None,
    metavar="[BASE]",
    help="Instead: the cases whose answer differs from that of the knowledge in BASE (the shipped one when left out).",
)
@click.option("--watch", is_flag=True, help="Check again whenever a file changes, until Ctrl-C; the cases are left out.")
def lint(folder: str, base: str | None, watch: bool) -> None:
    """Check the knowledge files in FOLDER (the shipped ones when left out): every problem, with file and line."""
    from concordant.library import FOLDER

    root = Path(folder) if folder else FOLDER
    if not root.is_dir():
        raise Unreadable(Complaint("no such folder", folder, way_out="Name a folder of knowledge files"))
    if watch and base is not None:
        raise Unreadable(Complaint("--watch and --effect do not go together", "--watch", way_out="Leave one of them out"))
    if watch:
        from concordant.cli.watching import watch_folder

        watch_folder(root)
        return
    if base is not None:
        _print_effects(root, Path(base) if base else FOLDER)
        return
    from concordant.audit.examples import find_example_faults
    from concordant.author.lint.run import lint_folder as find
    from concordant.cli.cases import answer_cases, try_note_examples

    report = find(root, answer_cases, try_note_examples, find_example_faults)
    write_output("\n".join([*map(str, report.complaints), report.summary]), "")
    if report.complaints:
        sys.exit(1)


def _print_effects(root: Path, base: Path) -> None:
    """A line for each case whose answer differs, then the counts; progress on a terminal."""
    from concordant.api import load_knowledge
    from concordant.api.effect import find_cases, iter_effects

    old, new = load_knowledge(base), load_knowledge(root)
    paths = find_cases(root, base)
    changed, elsewhere = 0, Counter[str]()
    for number, effect in enumerate(iter_effects(paths, old, new), 1):
        _print_progress(number, len(paths))
        if effect.differences:
            changed += 1
            write_output(f"{effect.case}: {'; '.join(effect.differences)}", "")
        elif effect.elsewhere:
            elsewhere[", ".join(effect.elsewhere)] += 1
    write_output(f"{changed} of {len(paths)} cases are answered differently", "")
    for parts, count in elsewhere.most_common():
        write_output(f"{count} more in other parts of the answer: {parts}", "")


def _print_progress(number: int, total: int) -> None:
    """The line is cleared again: results go to the same screen."""
    if sys.stderr.isatty():
        line = f"\r{number} of {total} cases" if number < total else "\r\x1b[K"
        print(line, end="", file=sys.stderr, flush=True)  # noqa: T201
