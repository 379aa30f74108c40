"""Expressions of CQL as text."""

from __future__ import annotations

from typing import assert_never

from concordant.readers.elm import (
    Case,
    Elm,
    Joined,
    Listed,
    ListType,
    NamedType,
    Null,
    Place,
    Query,
    Ref,
    Several,
    Single,
    Typed,
    Untold,
    Value,
)

WIDTH = 120
INDENT = "  "
SIGNS = {
    "And": "and",
    "Or": "or",
    "Equal": "=",
    "Less": "<",
    "LessOrEqual": "<=",
    "Greater": ">",
    "GreaterOrEqual": ">=",
    "Add": "+",
    "Concatenate": "+",
}
BEFORE = {"Not": "not ", "Negate": "-", "Exists": "exists ", "Flatten": "flatten ", "Distinct": "distinct "}
ESCAPES = str.maketrans({"\\": "\\\\", "'": "\\'", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\f": "\\f"})


def write_expression(node: Elm) -> str:
    """The expression, in lines where one is too long."""
    match node:
        case Value() | Null() | Untold() | Ref():
            return _write_word(node)
        case Single():
            return _write_single(node)
        case Several():
            return _write_several(node)
        case Case():
            return _write_case(node)
        case Listed():
            return _write_list(node)
        case Typed():
            return f"({write_expression(node.operand)} as {_write_type(node.as_type_specifier)})"
        case Query():
            return _write_query(node)
        case Place() | Joined():
            return _write_call(node)
        case _:
            assert_never(node)


def quote_name(name: str) -> str:
    """The name of a definition or a parameter; always quoted, for some names are words of CQL."""
    return f'"{name.translate(ESCAPES)}"'


def quote_text(text: str) -> str:
    """A text."""
    return f"'{text.translate(ESCAPES)}'"


def _write_word(node: Value | Null | Untold | Ref) -> str:
    if isinstance(node, Ref):
        return node.name if node.type == "AliasRef" else quote_name(node.name)
    if isinstance(node, Value):
        return quote_text(node.value) if node.value_type.endswith("String") else node.value
    return "null"


def _write_call(node: Place | Joined) -> str:
    if isinstance(node, Place):
        return f"PositionOf({write_expression(node.pattern)}, {write_expression(node.string)})"
    return f"Combine({write_expression(node.source)}, {write_expression(node.separator)})"


def _write_type(kind: NamedType | ListType) -> str:
    if isinstance(kind, ListType):
        return f"List<{_write_type(kind.element_type)}>"
    return kind.name.partition("}")[2]


def _write_single(node: Single) -> str:
    operand = _write_part(node.operand)
    return f"{operand} is null" if node.type == "IsNull" else BEFORE[node.type] + operand


def _write_several(node: Several) -> str:
    if node.type == "Coalesce":
        return f"Coalesce({', '.join(map(write_expression, node.operand))})"
    parts = [_write_part(part) for part in _list_chain(node)]
    sign = SIGNS[node.type]
    return _fold_line(f" {sign} ", f"\n{INDENT}{sign} ", list(map(_indent, parts)))


def _list_chain(node: Several) -> list[Elm]:
    """The parts of `a or b or c`, which is a tree to the left."""
    rest = list(node.operand[1:])
    first = node.operand[0]
    while isinstance(first, Several) and first.type == node.type and node.type in ("And", "Or", "Add", "Concatenate"):
        rest[:0] = first.operand[1:]
        first = first.operand[0]
    return [first, *rest]


def _write_part(node: Elm) -> str:
    """An operand, in brackets where it is not one word."""
    told = write_expression(node)
    return told if isinstance(node, Value | Ref | Typed | Listed | Place | Joined) else f"({told})"


def _fold_line(between: str, broken: str, parts: list[str], end: str = "", broken_end: str = "") -> str:
    """All in one line, or each part in a line of its own."""
    line = between.join(parts) + end
    return line if len(line) <= WIDTH and "\n" not in line else broken.join(parts) + broken_end


def _write_case(node: Case) -> str:
    ways = [f"when {_indent(write_expression(way.when))} then {_indent(write_expression(way.then))}" for way in node.case_item]
    parts = ["case", *ways, f"else {_indent(write_expression(node.otherwise))}"]
    return _fold_line(" ", f"\n{INDENT}", parts, " end", "\nend")


def _write_list(node: Listed) -> str:
    if not node.element:
        return "{}"
    elements = [_indent(write_expression(element)) for element in node.element]
    return _fold_line(", ", f",\n{INDENT}", ["{ " + elements[0], *elements[1:]], " }", "\n}")


def _write_query(node: Query) -> str:
    (source,) = node.source
    return f"({write_expression(source.expression)}) {source.alias}\n{INDENT}where {_indent(write_expression(node.where))}"


def _indent(text: str) -> str:
    return text.replace("\n", f"\n{INDENT}")
