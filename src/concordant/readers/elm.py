"""Expressions of CQL as the tree that ELM is: what msgspec writes of them is the JSON of ELM.

There are only the nodes that a decision needs, each as the reference translator makes it of the text (`export/cql/text`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Literal

import msgspec

TYPES = "{urn:hl7-org:elm-types:r1}"
Kind = Literal["Boolean", "String", "Decimal", "Integer"]
LEAST = Decimal("1e-8")  # CQL has decimals of eight digits behind the point
MOST = Decimal("1e20")  # and of twenty before it


class Node(msgspec.Struct, frozen=True, rename="camel"):
    """What all nodes share: frozen, and in ELM under the names that it has there."""


class Value(Node, frozen=True):
    """A value that is written out."""

    value_type: str
    value: str
    type: str = "Literal"


class Null(Node, frozen=True):
    """Nothing, before it has a type."""

    type: str = "Null"


class Untold(Node, frozen=True):
    """Null where another value of the same case says the type."""

    as_type: str
    operand: Null = Null()
    type: str = "As"


class NamedType(Node, frozen=True):
    """A type by its name."""

    name: str
    type: str = "NamedTypeSpecifier"


class ListType(Node, frozen=True):
    """A list of one type."""

    element_type: NamedType
    type: str = "ListTypeSpecifier"


class Ref(Node, frozen=True):
    """A parameter, a definition, or the element of a list that is looked at."""

    name: str
    type: Literal["ParameterRef", "ExpressionRef", "AliasRef"] = "ExpressionRef"


class Single(Node, frozen=True):
    """An operator with one operand."""

    type: Literal["Not", "IsNull", "Negate", "Exists", "Flatten", "Distinct"]
    operand: Elm


class Several(Node, frozen=True):
    """An operator with several operands, in order."""

    type: Literal["And", "Or", "Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual", "Add", "Concatenate", "Coalesce"]
    operand: tuple[Elm, ...]


class Way(Node, frozen=True):
    """A condition, and the value while it is true."""

    when: Elm
    then: Elm


class Case(Node, frozen=True):
    """The value of the first way whose condition is true."""

    case_item: tuple[Way, ...]
    otherwise: Elm = msgspec.field(name="else")
    type: str = "Case"


class Listed(Node, frozen=True):
    """A list that is written out."""

    element: tuple[Elm, ...]
    type: str = "List"


class Typed(Node, frozen=True):
    """A value whose type is written beside it."""

    operand: Elm
    as_type_specifier: NamedType | ListType
    strict: bool = False
    type: str = "As"


class Source(Node, frozen=True):
    """The list that a query looks through, and what an element of it is called."""

    expression: Elm
    alias: str = "X"


class Query(Node, frozen=True):
    """The elements of a list for which a condition is true."""

    source: tuple[Source, ...]
    where: Elm
    let: tuple[Elm, ...] = ()
    relationship: tuple[Elm, ...] = ()
    type: str = "Query"


class Place(Node, frozen=True):
    """Where a text stands in another; -1 when it does not."""

    pattern: Elm
    string: Elm
    type: str = "PositionOf"


class Joined(Node, frozen=True):
    """The texts of a list in one."""

    source: Elm
    separator: Elm
    type: str = "Combine"


Elm = Value | Null | Untold | Ref | Single | Several | Case | Listed | Typed | Query | Place | Joined


def make_truth(truth: bool) -> Elm:
    """True or false."""
    return Value(TYPES + "Boolean", "true" if truth else "false")


TRUE, FALSE = make_truth(True), make_truth(False)
UNKNOWN = Typed(Null(), NamedType(TYPES + "Boolean"))
NO_TEXT = Typed(Null(), NamedType(TYPES + "String"))
NO_TEXTS = Typed(Listed(()), ListType(NamedType(TYPES + "String")))


def make_text(text: str) -> Elm:
    """A text."""
    return Value(TYPES + "String", text)


def make_count(number: int) -> Elm:
    """A whole number, not negative."""
    return Value(TYPES + "Integer", str(number))


def make_decimal(number: float) -> Elm:
    """A decimal. Raises ValueError for one that CQL cannot hold with a digit to spare (see `export/parameters`)."""
    told = Decimal(repr(number))
    if not math.isfinite(number) or abs(told) >= MOST:
        raise ValueError("there is no such number in CQL")
    if told % (LEAST * 10):
        raise ValueError("it has more than 7 digits behind the point")
    digits = f"{abs(told):f}"
    value = Value(TYPES + "Decimal", digits if "." in digits else f"{digits}.0")
    return Single("Negate", value) if told < 0 else value


def name_parameter(name: str) -> Elm:
    """What stands in a parameter."""
    return Ref(name, "ParameterRef")


def negate(part: Elm) -> Elm:
    """The condition turned round."""
    return Single("Not", part)


def is_null(part: Elm) -> Elm:
    """Whether there is nothing; never itself unknown."""
    return Single("IsNull", part)


def join_all(parts: Iterable[Elm]) -> Elm:
    """All of the parts; what holds of itself is left out."""
    return _join("And", [part for part in parts if part != TRUE], TRUE)


def join_any(parts: Iterable[Elm]) -> Elm:
    """Any of the parts; what never holds is left out."""
    return _join("Or", [part for part in parts if part != FALSE], FALSE)


def is_among(part: Elm, texts: Sequence[str]) -> Elm:
    """Whether a text is one of these, as a chain of `=`."""
    return join_any(Several("Equal", (part, make_text(text))) for text in texts)


def make_case(ways: Iterable[tuple[Elm, Elm]], default: Elm | None = None, kind: Kind = "Boolean") -> Elm:
    """The value of the first way whose condition is true, else the default, else null; the default where there is no way."""
    made = tuple(Way(when, then) for when, then in ways)
    last = Untold(TYPES + kind) if default is None else default
    return Case(made, last) if made else last


def list_texts(ways: Iterable[tuple[Elm, str]], while_: Elm = TRUE) -> Elm:
    """The texts whose conditions hold, while another one does."""
    listed = tuple(make_case([(when, make_text(text))], kind="String") for when, text in ways)
    told = negate(is_null(Ref("X", "AliasRef")))
    return keep_while(Listed(listed), join_all([while_, told])) if listed else NO_TEXTS


def keep_while(texts: Elm, where: Elm) -> Elm:
    """The elements for which the condition is true."""
    return Query((Source(texts),), where)


def join_lists(lists: Sequence[Elm]) -> Elm:
    """The elements of several lists, each once, in their order."""
    return Single("Distinct", Single("Flatten", Listed(tuple(lists)))) if lists else NO_TEXTS


def _join(sign: Literal["And", "Or"], parts: Sequence[Elm], none: Elm) -> Elm:
    if not parts:
        return none
    joined = parts[0]
    for part in parts[1:]:
        joined = Several(sign, (joined, part))
    return joined
