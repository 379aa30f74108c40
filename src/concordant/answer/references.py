"""References numbered in the order in which the answer first names them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from concordant.answer.parts import RefAt
from concordant.answer.schema import Reference
from concordant.model.sources import Checked, Cite, Source

ORDER: dict[Checked, int] = {"primary": 0, "secondary": 1, "choice": 2, "recalled": 3}


class References:
    """Collects the places cited; raises KeyError for a source that the knowledge does not hold."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self._sources = sources
        self._numbers: dict[str, int] = {}
        self._checked: dict[str, Checked] = {}

    def cite_places(self, cites: Iterable[Cite]) -> list[RefAt]:
        """The numbers and places of some citations, each once."""
        places = {(self._assign_number(cite), cite.at): None for cite in cites}
        return [RefAt(n=n, at=at) for n, at in places]

    def cite_source(self, source: str, checked: Checked) -> list[RefAt]:
        """The number of a whole document."""
        return self.cite_places([Cite(ref=source, checked=checked)])

    def is_known_by(self, cite: Cite, as_of: dt.date) -> bool:
        """Whether the document had been published on the date."""
        since = self._sources[cite.ref].known_from
        return since is None or since <= as_of

    def _assign_number(self, cite: Cite) -> int:
        _ = self._sources[cite.ref]
        number = self._numbers.setdefault(cite.ref, len(self._numbers) + 1)
        worst = self._checked.get(cite.ref, cite.checked)
        self._checked[cite.ref] = max(worst, cite.checked, key=lambda mark: ORDER[mark])
        return number

    def list_references(self) -> list[Reference]:
        """All references so far; each with the weakest mark of what was taken from it here."""
        return [
            Reference(
                n=n,
                ref=ref,
                citation=self._sources[ref].citation,
                checked=self._checked[ref],
                known_from=self._format_known_from(ref),
                short=self._sources[ref].short,
            )
            for ref, n in self._numbers.items()
        ]

    def _format_known_from(self, ref: str) -> str:
        since = self._sources[ref].known_from
        return since.isoformat() if since else ""


def format_brackets(refs: Iterable[RefAt]) -> str:
    """` [1: 2.1] [2]`, or nothing."""
    return "".join(f" [{r.n}: {r.at}]" if r.at else f" [{r.n}]" for r in refs)
