"""Where each box stands and how the arrows run: computed by ELK (EPL-2.0), a script that is run in a small engine of its own.

The script stands in `elk/` as it was published. It is handed sizes and gives back places; it opens no file and no address.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from concordant.errors import Complaint, Unreadable
from concordant.texts import read_file_bytes

SCRIPT = Path(__file__).parent / "elk" / "elk-worker.min.js"
HOST = """
var self = globalThis, waiting = [], told = null;
var module = {exports: {}}, exports = module.exports;
function setTimeout(task) { waiting.push(task); }
self.postMessage = function (message) { told = message; };
"""
ASK = """
function ask(text) {
  told = null;
  self.onmessage({data: JSON.parse(text)});
  while (waiting.length) { waiting.shift()(); }
  return JSON.stringify(told);
}
"""
OPTIONS = {
    "elk.algorithm": "layered",
    "elk.direction": "DOWN",
    "elk.edgeRouting": "ORTHOGONAL",
    "elk.randomSeed": "1",
    "elk.spacing.nodeNode": "12",
    "elk.spacing.edgeNode": "8",
    "elk.spacing.edgeEdge": "6",
    "elk.layered.spacing.nodeNodeBetweenLayers": "9",
    "elk.layered.spacing.edgeNodeBetweenLayers": "6",
    "elk.layered.spacing.edgeEdgeBetweenLayers": "6",
    "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
    "elk.layered.nodePlacement.favorStraightEdges": "true",
    "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
    "elk.layered.crossingMinimization.forceNodeModelOrder": "true",
    "elk.layered.mergeEdges": "true",
    "elk.padding": "[top=0,left=0,bottom=0,right=0]",
}


class DrawMissing(Unreadable):
    """The package that runs the layout is not installed."""


@dataclass(frozen=True, slots=True)
class Size:
    """The width and the height of a box."""

    width: float
    height: float


class Point(msgspec.Struct, frozen=True):
    """A place on the picture."""

    x: float
    y: float


class _Section(msgspec.Struct, frozen=True, rename="camel"):
    start_point: Point
    end_point: Point
    bend_points: tuple[Point, ...] = ()


class _Edge(msgspec.Struct, frozen=True):
    id: str
    sections: tuple[_Section, ...] = ()


class _Node(msgspec.Struct, frozen=True):
    id: str
    x: float
    y: float


class _Graph(msgspec.Struct, frozen=True):
    width: float
    height: float
    children: tuple[_Node, ...]
    edges: tuple[_Edge, ...] = ()


class _Told(msgspec.Struct, frozen=True):
    data: _Graph | None = None
    error: object = None


class _Door(msgspec.Struct, frozen=True, rename="camel"):
    id: str
    x: float
    y: float
    layout_options: dict[str, str]
    width: float = 0.0
    height: float = 0.0


class _BoxAsked(msgspec.Struct, frozen=True, rename="camel"):
    id: str
    width: float
    height: float
    ports: tuple[_Door, ...]
    layout_options: dict[str, str]


@dataclass(frozen=True, slots=True)
class Shape:
    """A box to be placed; `doors` are where arrows leave its lower edge, by their ids."""

    id: str
    size: Size
    doors: Mapping[str, Point]


@dataclass(frozen=True, slots=True)
class Layout:
    """The places of the boxes by their ids, and the points of each arrow in the order in which the arrows were given."""

    size: Size
    places: Mapping[str, Point]
    ways: tuple[tuple[Point, ...], ...]


class Layouter:
    """The script, loaded anew for each picture: what it remembers of one must not move the boxes of the next."""

    def __init__(self) -> None:
        self._ask = _load_function(HOST + read_file_bytes(SCRIPT, SCRIPT.name).decode() + ASK)
        self._ask('{"id": 0, "cmd": "register", "algorithms": ["layered"]}')

    def lay_out(self, shapes: Iterable[Shape], arrows: Iterable[tuple[str, str]]) -> Layout:
        """The layout of boxes of these sizes; an arrow goes from a box, or from one of its doors, into the top of another."""
        pairs = list(arrows)
        graph = {
            "id": "root",
            "layoutOptions": OPTIONS,
            "children": [_make_node(shape) for shape in shapes],
            "edges": [{"id": f"e{n}", "sources": [a], "targets": [f"{b}.top"]} for n, (a, b) in enumerate(pairs)],
        }
        made = self._ask_for(graph)
        ways = {edge.id: _list_points(edge.sections) for edge in made.edges}
        return Layout(
            Size(made.width, made.height),
            {node.id: Point(node.x, node.y) for node in made.children},
            tuple(ways.get(f"e{n}", ()) for n in range(len(pairs))),
        )

    def _ask_for(self, graph: object) -> _Graph:
        question = {"id": 1, "cmd": "layout", "graph": graph, "layoutOptions": {}, "options": {}}
        told = msgspec.json.decode(self._ask(msgspec.json.encode(question).decode()), type=_Told)
        if told.data is None:
            raise RuntimeError("the layout was refused")
        return told.data


def _make_node(shape: Shape) -> _BoxAsked:
    doors = {f"{shape.id}.top": Point(shape.size.width / 2, 0), **shape.doors}
    ports = tuple(_Door(id_, at.x, at.y, {"elk.port.side": "SOUTH" if at.y else "NORTH"}) for id_, at in doors.items())
    return _BoxAsked(shape.id, shape.size.width, shape.size.height, ports, {"elk.portConstraints": "FIXED_POS"})


def _list_points(sections: Sequence[_Section]) -> tuple[Point, ...]:
    return tuple(point for one in sections for point in (one.start_point, *one.bend_points, one.end_point))


def _load_function(script: str) -> Callable[[str], str]:
    """The function `ask` of the script; it runs on a thread of its own, whoever calls it. Raises DrawMissing."""
    try:
        from quickjs import Function  # type: ignore[import-not-found, import-untyped, unused-ignore]
    except ImportError:
        way_out = "Install it with: pip install 'concordant[draw]'; --format mermaid needs nothing"
        raise DrawMissing(Complaint("the picture needs an extra that is not installed", "draw", way_out=way_out)) from None
    function: Callable[[str], str] = Function("ask", script)
    return function
