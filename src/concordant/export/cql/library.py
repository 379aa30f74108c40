"""A library of CQL: parameters and definitions, as text and as ELM."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from concordant.errors import make_printable
from concordant.export.cql.text import INDENT, quote_name, quote_text, write_expression
from concordant.readers.elm import TYPES, Elm, Untold


@dataclass(frozen=True, slots=True)
class Parameter:
    """What is told of a patient under one name."""

    name: str
    kind: Literal["String", "Decimal"]


@dataclass(frozen=True, slots=True)
class Definition:
    """An expression under a name, with what is said above it."""

    name: str
    value: Elm
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CqlLibrary:
    """A whole library; a definition stands behind those that it reads."""

    name: str
    version: str
    notes: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    definitions: tuple[Definition, ...]


def write_cql(library: CqlLibrary) -> str:
    """The library as text."""
    return "\n".join(_iter_lines(library)) + "\n"


def write_elm(library: CqlLibrary) -> bytes:
    """The library as JSON of ELM."""
    return msgspec.json.encode({"library": _make_elm(library)})


def _iter_lines(library: CqlLibrary) -> Iterator[str]:
    yield from map(_comment, library.notes)
    yield f"library {quote_name(library.name)} version {quote_text(library.version)}"
    yield ""
    for parameter in library.parameters:
        yield f"parameter {quote_name(parameter.name)} {parameter.kind} default null"
    for definition in library.definitions:
        yield ""
        yield from map(_comment, definition.notes)
        told = write_expression(definition.value).replace("\n", f"\n{INDENT}")
        yield f"define {quote_name(definition.name)}:\n{INDENT}{told}"


def _comment(line: str) -> str:
    return f"// {make_printable(line)}".rstrip()


def _make_elm(library: CqlLibrary) -> dict[str, Any]:
    return {
        "identifier": {"id": library.name, "version": library.version},
        "schemaIdentifier": {"id": "urn:hl7-org:elm", "version": "r1"},
        "usings": {"def": [{"localIdentifier": "System", "uri": "urn:hl7-org:elm-types:r1"}]},
        "parameters": {"def": [_make_parameter(parameter) for parameter in library.parameters]},
        "statements": {"def": [_make_definition(definition) for definition in library.definitions]},
    }


def _make_parameter(parameter: Parameter) -> dict[str, Any]:
    kind = {"type": "NamedTypeSpecifier", "name": TYPES + parameter.kind}
    default = Untold(TYPES + parameter.kind)  # without it cql-execution takes what is not told for something
    return {"name": parameter.name, "accessLevel": "Public", "default": default, "parameterTypeSpecifier": kind}


def _make_definition(definition: Definition) -> dict[str, Any]:
    return {"name": definition.name, "context": "Unfiltered", "accessLevel": "Public", "expression": definition.value}
