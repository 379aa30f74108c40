"""The tables of docs/agreement.md."""

from __future__ import annotations

import datetime as dt
import os
import platform
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from concordant.model.knowledge import Knowledge
from tests.exam.hold import Held, Line
from tests.exam.readers import OTHER_GAPS, READERS

PAGE = Path(__file__).parents[2] / "docs" / "agreement.md"
KIND_NAMES = {"status": "proposals, in every status", "applies": "statements, in every truth", "bar": "bars, in every truth"}


def put_in(part: str, text: str) -> None:
    """Put a table between its marks into the page."""
    page = PAGE.read_text(encoding="utf-8")
    before, mark, rest = page.partition(f"<!-- {part} -->\n")
    _, end, after = rest.partition(f"<!-- /{part} -->")
    assert mark and end, f"{PAGE} has no marks for {part}"
    PAGE.write_text(f"{before}{mark}{text}\n{end}{after}", encoding="utf-8")


def tell_when(knowledge: Knowledge) -> str:
    """The day, the knowledge and the machine."""
    return (
        f"{dt.date.today()}, knowledge `{knowledge.digest[:12]}`, Python {platform.python_version()}, {platform.machine()}, "
        f"{os.cpu_count()} cores; seconds of CPU."
    )


def tabulate(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """A table of Markdown."""
    return [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *(f"| {' | '.join(map(str, row))} |" for row in rows)]


def tell_lines(lines: Mapping[str, Line]) -> list[str]:
    """A row a reader."""
    rows = (
        (
            f"`{name}`",
            f"{line.patients:,}",
            f"{sum(line.compared.values()):,}",
            len(line.differences),
            f"{line.seconds:.1f}",
            f"{line.patients / max(line.seconds, 1e-9):,.0f}",
        )
        for name, line in lines.items()
    )
    return tabulate(("reader", "patients", "comparisons", "differences", "seconds", "patients a second"), rows)


def tell_held(held: Held, knowledge: Knowledge) -> str:
    """An exam of some thousand patients."""
    kinds = {
        name: ", ".join(f"{n} {kind}" for kind, n in Counter(p.kind for p in some.all).most_common())
        for name, some in held.patients.items()
    }
    patients = tabulate(("sitting", "patients"), kinds.items())
    lines = [tell_when(knowledge), "", *patients, "", *tell_lines(held.lines)]
    return "\n".join([*lines, "", "What is worth asking:", "", *tell_lines(held.questions)])


def tell_coverage(held: Held) -> str:
    """What the patients reach, and what nobody can."""
    rows = [
        (name, KIND_NAMES[kind], all_, done, ", ".join(f"{what} {n:,}" for what, n in cover.counts[kind].most_common()))
        for name, cover in held.coverage.items()
        for kind, (done, all_) in cover.whole.items()
    ]
    lines = tabulate(("sitting", "of what", "how many", "seen in all", "how often"), rows)
    return "\n".join([*lines, "", *_list_lacking(held)])


def _list_lacking(held: Held) -> Iterator[str]:
    lacking = {(name, *key): why for name, cover in held.coverage.items() for key, why in cover.lacking.items()}
    if not lacking:
        yield "Nothing is left out."
        return
    yield "Not seen, because nobody can have it or nobody was found:"
    yield ""
    grouped: dict[tuple[str, str, str], list[str]] = {}
    for (sitting, (_, id_), what), why in lacking.items():
        grouped.setdefault((sitting, what, why), []).append(f"`{id_}`")
    yield from tabulate(
        ("sitting", "what", "of", "why"), ((sitting, what, ", ".join(ids), why) for (sitting, what, why), ids in grouped.items())
    )


def tell_gaps() -> str:
    """What a reader does not tell, with the reason."""
    rows = [(f"`{name}`", reader.what, "", "") for name, reader in READERS.items() if not reader.lacks]
    rows += [
        (f"`{name}`", reader.what, f"`{kind}`", why) for name, reader in READERS.items() for kind, why in reader.lacks.items()
    ]
    lines = tabulate(("reader", "what it is", "does not tell", "because"), rows)
    return "\n".join([*lines, "", *tabulate(("beyond the readers", "because"), OTHER_GAPS.items())])


def tell_million(lines: Mapping[str, Line], knowledge: Knowledge) -> str:
    """An exam of very many patients; columns are what DuckDB is compared with."""
    compared = lines["duckdb"]
    return "\n".join(
        [
            tell_when(knowledge),
            "",
            *tell_lines({**lines, "columns": Line(**{**vars(lines["columns"]), "compared": compared.compared})}),
        ]
    )
