"""Where things stand: every mapping of a folder of knowledge files, with its file and its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from concordant.errors import Complaint
from concordant.texts import Place, SourceText


class Node(NamedTuple):
    """One mapping of a file, and the place where it stands."""

    text: SourceText
    place: Place
    value: dict[str, Any]

    def make_complaint(self, inner: Place, says: str, way_out: str = "") -> Complaint:
        """A complaint about a place inside this mapping."""
        return self.text.make_complaint((*self.place, *inner), says, way_out)

    def format_location(self) -> str:
        """The file and the line, as a person names them."""
        return f"{self.text.file}:{self.text.find_line(self.place)}"


@dataclass(frozen=True, slots=True)
class PlaceIndex:
    """The files of a folder as they were read, every mapping in them, and the first file of each record."""

    texts: Mapping[str, SourceText]
    nodes: tuple[Node, ...]
    records: Mapping[tuple[str, str], Node]

    def iter_files_under(self, folder: str) -> Iterator[Node]:
        """The whole files of one folder."""
        return (node for node in self.nodes if not node.place and node.text.file.startswith(folder))

    def find_record(self, folder: str, id_: str) -> Node:
        """The file in a folder whose record has this id."""
        return self.records[folder, id_]


def index_places(texts: Mapping[str, SourceText]) -> PlaceIndex:
    """Every mapping of the files, from the top of each."""
    nodes = tuple(Node(text, place, value) for text in texts.values() for place, value in _iter_mappings(text.value, ()))
    files = [node for node in nodes if not node.place and "id" in node.value]
    return PlaceIndex(texts, nodes, {_make_record_key(node): node for node in reversed(files)})


def _make_record_key(node: Node) -> tuple[str, str]:
    return node.text.file.split("/")[0] + "/", str(node.value["id"])


def _iter_mappings(value: Any, place: Place) -> Iterator[tuple[Place, dict[str, Any]]]:
    if isinstance(value, dict):
        yield place, value
        for key, item in value.items():
            yield from _iter_mappings(item, (*place, key))
    if isinstance(value, list):
        for i, item in enumerate(value):
            yield from _iter_mappings(item, (*place, i))
