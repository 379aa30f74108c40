"""Changes of the readers themselves, made by code: one operator of one function is another.

A function gets the code of the changed one while a reader is asked, and its own again afterwards. So whoever calls it calls the
changed one; what was told before stands.
"""

from __future__ import annotations

import ast
import copy
import hashlib
import importlib
import inspect
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, cached_property
from pathlib import Path
from types import CodeType
from typing import Any, NamedTuple

SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
}
NO_RESULT = (
    "copy",
    "strict",
    "kept",
    "only",
    "safe",
    "coalesce",
)  # arguments that say how something is worked out, and not what comes of it
PASSED_OVER = (ast.Raise, ast.Assert, ast.JoinedStr, ast.arguments, ast.Import, ast.ImportFrom)


class SourceMutant(NamedTuple):
    """One change: of which reader, in which function of which module, by which operator, from what to what."""

    reader: str
    module: str
    function: str
    operator: str
    says: str
    place: int  # among the changes of the module

    @property
    def id(self) -> str:
        return f"{self.module}.{self.function}: {self.operator}: {self.says}"


class _Point(NamedTuple):
    """A node that can be another: its parent, where it stands there, and what it may be."""

    function: str
    operator: str
    parent: ast.AST
    field: str
    index: int | None
    before: ast.AST
    after: ast.AST


def _iter_points(tree: ast.Module) -> Iterator[_Point]:
    yield from _walk(tree, "", inside=False)


def _walk(node: ast.AST, function: str, *, inside: bool) -> Iterator[_Point]:
    """Of what a function makes within itself it is the name."""
    for field, value in ast.iter_fields(node):
        if field in ("decorator_list", "returns", "annotation"):
            continue
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST) or isinstance(child, PASSED_OVER) or _is_passed_over(child):
                continue
            named = isinstance(child, ast.ClassDef | ast.FunctionDef)
            name = f"{function}.{child.name}".strip(".") if named and not inside else function
            if inside and not named:
                yield from (_Point(function, what, node, field, index, child, after) for what, after in _list_changes(child))
            yield from _walk(child, name, inside=inside or isinstance(child, ast.FunctionDef))


def _is_passed_over(node: ast.AST) -> bool:
    """A text, an argument that changes no result, and what makes a class of a class."""
    match node:
        case (
            ast.Expr(value=ast.Constant()) | ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name("super")))))
        ):
            return True
        case ast.keyword(arg=name):
            return name in NO_RESULT
        case _:
            return False


def _list_changes(node: ast.AST) -> list[tuple[str, ast.AST]]:
    """What one node may be instead."""
    return [*_list_operators(node), *_list_ways(node)]


def _list_operators(node: ast.AST) -> list[tuple[str, ast.AST]]:
    new: Any = copy.copy(node)
    match node:
        case ast.Compare(ops=[op]) if type(op) in SWAPPED:
            new.ops = [SWAPPED[type(op)]()]
            return [("a comparison swapped", new)]
        case ast.BoolOp(op=op) | ast.BinOp(op=op) | ast.AugAssign(op=op) if type(op) in SWAPPED:
            new.op = SWAPPED[type(op)]()
            left_out: list[tuple[str, ast.AST]] = [("a step left out", ast.Pass())]
            return [("an operator swapped", new), *(left_out if isinstance(node, ast.AugAssign) else [])]
        case ast.UnaryOp(op=ast.Invert() | ast.Not() | ast.USub(), operand=operand):
            return [("a sign dropped", operand)]
        case ast.Constant(value=bool() as value):
            return [("a constant changed", ast.Constant(not value))]
        case ast.Constant(value=int() as value):
            return [("a constant changed", ast.Constant(value + 1))]
    return []


def _list_ways(node: ast.AST) -> list[tuple[str, ast.AST]]:
    new: Any = copy.copy(node)
    match node:
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return [("two ways changed over", ast.IfExp(test, orelse, body))]
        case ast.If():
            new.test = ast.UnaryOp(ast.Not(), node.test)
            return [("a question turned round", new)]
        case ast.Return(value=ast.Tuple(elts=[one, other])):
            return [("a pair turned round", ast.Return(ast.Tuple([other, one], ast.Load())))]
        case ast.Break():
            return [("a loop not left", ast.Continue())]
        case ast.Continue():
            return [("a loop left", ast.Break())]
        case ast.Expr(value=ast.Call()):
            return [("a step left out", ast.Pass())]
    return []


@cache
def _read_tree(module: str) -> tuple[ast.Module, str]:
    path = Path(inspect.getfile(importlib.import_module(f"concordant.{module}")))
    return ast.parse(path.read_text(encoding="utf-8")), str(path)


def iter_mutants(reader: str, module: str, functions: Sequence[str] = ()) -> Iterator[SourceMutant]:
    """Every change of a module, or of some functions of it (of a class all), and of none that is named with a minus."""
    met: dict[str, int] = {}
    for place, point in enumerate(_iter_points(_read_tree(module)[0])):
        if not _is_wanted(point.function, functions):
            continue
        says = f"`{_unparse(point.before)}` to `{_unparse(point.after)}`"
        one = SourceMutant(reader, module, point.function, point.operator, says, place)
        met[one.id] = met.get(one.id, 0) + 1
        yield one._replace(says=f"{says} ({met[one.id]})") if met[one.id] > 1 else one


def _is_wanted(function: str, functions: Sequence[str]) -> bool:
    """Among the functions that are named, and none of those with a minus."""
    named = [one for one in functions if not one.startswith("-")]
    inside = [
        one for one in (*named, *(one[1:] for one in functions if one not in named)) if f"{function}.".startswith(f"{one}.")
    ]
    return not any(f"-{one}" in functions for one in inside) and (not named or bool(inside))


def _unparse(node: ast.AST) -> str:
    text = ast.unparse(ast.fix_missing_locations(copy.deepcopy(node))).split("\n")[0].replace("|", "¦")
    return text if len(text) < 90 else f"{text[:87]}..."


def choose_mutants(targets: Mapping[str, Mapping[str, Sequence[str]]], each: int) -> list[SourceMutant]:
    """Of each module of each reader at most so many, those that come first by a hash of what they are."""
    found = []
    for reader, modules in targets.items():
        for module, functions in modules.items():
            some = sorted(iter_mutants(reader, module, functions), key=lambda one: hashlib.sha256(one.id.encode()).digest())
            found += some[:each]
    return found


@contextmanager
def changed(mutant: SourceMutant) -> Iterator[None]:
    """While it lasts, the function does what the changed one does."""
    tree, path = _read_tree(mutant.module)
    tree = copy.deepcopy(tree)
    point = next(one for place, one in enumerate(_iter_points(tree)) if place == mutant.place)
    if point.index is None:
        setattr(point.parent, point.field, point.after)
    else:
        getattr(point.parent, point.field)[point.index] = point.after
    code = _find_code(compile(ast.fix_missing_locations(tree), path, "exec"), mutant.function)
    function = find_function(mutant.module, mutant.function)
    before = function.__code__
    try:
        function.__code__ = code
        yield
    finally:
        function.__code__ = before


def _find_code(code: CodeType, name: str) -> CodeType:
    for one in code.co_consts:
        if isinstance(one, CodeType):
            if one.co_qualname == name:
                return one
            if name.startswith(one.co_qualname + "."):
                return _find_code(one, name)
    raise LookupError(name)


def find_function(module: str, name: str) -> Any:
    """The function itself, behind a property or whatever remembers what it gave."""
    found: Any = importlib.import_module(f"concordant.{module}")
    for part in name.split("."):
        found = inspect.getattr_static(found, part)
    match found:
        case property():
            return found.fget
        case cached_property():
            return found.func
        case _:
            return getattr(found, "__wrapped__", found)
