"""Draw which room imports which: python tools/import_picture.py (--check exits 1 when the picture is stale).

A room is a package or a module directly below `concordant`; an arrow is an import of another room that runs, so none for types
alone. What goes round in a circle is red. Printed: how many rooms, arrows and circles there are, among rooms and among modules,
and how many functions have a name of one word.
"""

from __future__ import annotations

import ast
import functools
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "concordant"
OUT = ROOT / "docs" / "img" / "imports.svg"
WIDTH, ROW, BOX, TALL, MARGIN = 1120, 74, 92, 26, 16
Arrows = Mapping[str, frozenset[str]]
STYLE = """<style>
text { font: 12px "DejaVu Sans", Arial, sans-serif; text-anchor: middle; fill: #1b1f23 }
rect { fill: #eef3f7; stroke: #1f5785 } line { stroke: #8a949e; stroke-width: 0.8 }
.round { stroke: #c0271b; stroke-width: 1.6 } .paper { fill: #fcfcfa; stroke: none }
</style>"""


def module_name(path: Path) -> str:
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


TREES = {module_name(path): ast.parse(path.read_text(encoding="utf-8")) for path in sorted(SOURCE.rglob("*.py"))}


def running(node: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    """The imports below a node that happen when the program runs."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child
        yield from running(child)


def imported(one: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """The modules that an import names; `from package import module` names the module."""
    if isinstance(one, ast.Import):
        yield from (alias.name for alias in one.names)
    else:
        for alias in one.names:
            inner = f"{one.module}.{alias.name}"
            yield inner if inner in TREES else one.module or ""


@functools.cache
def module_arrows() -> Arrows:
    found = {name: frozenset(to for one in running(tree) for to in imported(one)) for name, tree in TREES.items()}
    return {name: frozenset(to for to in targets if to in TREES and to != name) for name, targets in found.items()}


def room_of(module: str) -> str:
    room = module.split(".")[1] if "." in module else ""
    return "" if room == "__main__" else room


@functools.cache
def room_arrows() -> Arrows:
    found: dict[str, set[str]] = {}
    for name, targets in module_arrows().items():
        found.setdefault(room_of(name), set()).update(room_of(to) for to in targets)
    return {room: frozenset(to - {room, ""}) for room, to in sorted(found.items()) if room}


def reached(start: str, arrows: Arrows) -> frozenset[str]:
    seen: set[str] = set()
    todo = list(arrows[start])
    while todo:
        if (one := todo.pop()) not in seen:
            seen.add(one)
            todo.extend(arrows[one])
    return frozenset(seen)


def circles(arrows: Arrows) -> list[tuple[str, ...]]:
    """Sets of those that reach each other, each once, in order."""
    far = {one: reached(one, arrows) for one in arrows}
    return sorted({tuple(sorted(two for two in far[one] if one in far[two])) for one in arrows if one in far[one]})


def depths(arrows: Arrows) -> dict[str, int]:
    """How many rooms lie below one another; those of a circle lie side by side."""
    ring = {one: circle for circle in circles(arrows) for one in circle}
    found: dict[str, int] = {}

    def depth(one: str) -> int:
        if one not in found:
            same = ring.get(one, (one,))
            below = [depth(to) for member in same for to in arrows[member] if to not in same]
            found.update(dict.fromkeys(same, 1 + max(below, default=-1)))
        return found[one]

    return {one: depth(one) for one in arrows}


def places(arrows: Arrows) -> dict[str, tuple[int, int]]:
    """The middle of each box; what imports nothing lies at the bottom."""
    level = depths(arrows)
    found: dict[str, tuple[int, int]] = {}
    for row in range(max(level.values()) + 1):
        rooms = [one for one in arrows if level[one] == row]
        for index, one in enumerate(rooms):
            shift = (row % 2) * BOX // 3  # so that an arrow past a row hides behind no box
            x = (2 * index + 1) * (WIDTH - 2 * MARGIN) // (2 * len(rooms)) + shift
            found[one] = (x, MARGIN + TALL + (max(level.values()) - row) * ROW)
    return found


def svg() -> str:
    arrows, at = room_arrows(), places(room_arrows())
    ring = {(one, to) for circle in circles(arrows) for one in circle for to in circle}
    tall = max(y for _, y in at.values()) + TALL + MARGIN
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {tall}" role="img">',
        "<title>Which room imports which</title>",
        STYLE,
        f'<rect class="paper" width="{WIDTH}" height="{tall}"/>',
        '<marker id="to" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0L8 4L0 8z" fill="#5b6670"/></marker>',
    ]
    for one, to in ((room, to) for room in arrows for to in sorted(arrows[room])):
        (x, y), (x2, y2) = at[one], at[to]
        sort = ' class="round"' if (one, to) in ring else ""
        lines.append(f'<line{sort} x1="{x}" y1="{y + TALL // 2}" x2="{x2}" y2="{y2 - TALL // 2}" marker-end="url(#to)"/>')
    for one, (x, y) in at.items():
        lines.append(f'<rect x="{x - BOX // 2}" y="{y - TALL // 2}" width="{BOX}" height="{TALL}" rx="4"/>')
        lines.append(f'<text x="{x}" y="{y + 4}">{escape(one)}</text>')
    return "\n".join([*lines, "</svg>", ""])


def one_word() -> tuple[int, int]:
    """Functions whose name is one word, and all of them, without those that Python names."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    names = [node.name for tree in TREES.values() for node in ast.walk(tree) if isinstance(node, kinds)]
    own = [name.strip("_") for name in names if not name.startswith("__")]
    return sum("_" not in name for name in own), len(own)


def summary() -> str:
    lines = []
    for kind, arrows in (("rooms", room_arrows()), ("modules", module_arrows())):
        round_ = circles(arrows)
        lines.append(f"{len(arrows)} {kind}, {sum(map(len, arrows.values()))} arrows, {len(round_)} circles")
        lines += [f"  circle: {' '.join(circle)}" for circle in round_]
    short, all_ = one_word()
    return "\n".join([*lines, f"{short} of {all_} functions have a name of one word ({short / all_:.0%})"])


def main() -> int:
    stale = not OUT.exists() or OUT.read_text(encoding="utf-8") != svg()
    if "--check" in sys.argv:
        print("docs/img/imports.svg is " + ("out of date" if stale else "up to date"))
        return int(stale)
    OUT.write_text(svg(), encoding="utf-8")
    print(summary())
    return 0


if __name__ == "__main__":
    sys.exit(main())
