"""A verb whose options may stand in a file (TOML) and in the environment: the command line goes first, then the environment."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from concordant.errors import Complaint, Unreadable, quote_word, suggest_word
from concordant.texts import read_file_bytes

PREFIX = "CONCORDANT"
# Variables that begin so and are no option: of a developer, of the tests, and of verbs that one person runs.
OTHERS = ("CONCORDANT_DEBUG", "CONCORDANT_ALL", "CONCORDANT_ASKED_BY")


def config_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option of the file. Its verb is a `ConfiguredCommand`."""
    return click.option(
        "--config",
        default="",
        metavar="FILE",
        is_eager=True,
        expose_value=False,
        callback=_take_settings,
        help="A file (TOML) with these options, in a table of the name of the verb.",
    )(command)


class ConfiguredCommand(click.Command):
    """A command that looks for each of its options in the environment as well: `--port` as CONCORDANT_PORT."""

    def make_context(self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any) -> Any:
        """The context, with the names of the variables told to click."""
        return super().make_context(info_name, args, parent, **{"auto_envvar_prefix": PREFIX, **extra})


def _take_settings(context: click.Context, _: click.Parameter, name: str) -> None:
    """Hand click what the file says, before it looks for any other option. Raises Unreadable."""
    _refuse_unknown_variables(context.command)
    if name:
        context.default_map = read_settings(name, context.command, context)


def _refuse_unknown_variables(command: click.Command) -> None:
    known = [*name_variables(command), f"{PREFIX}_CONFIG", *OTHERS]
    for name in sorted(os.environ):
        if name.startswith(f"{PREFIX}_") and name not in known:
            way_out = (
                suggest_word(name, known, listing=False) or f"Take it out; `concordant {command.name} --help` lists what there is"
            )
            raise Unreadable(Complaint(f"{quote_word(name)} is no setting", "environment", way_out=way_out))


def name_variables(command: click.Command) -> Iterable[str]:
    """The variables in which the options may stand."""
    return (f"{PREFIX}_{str(option.name).upper()}" for option in list_options(command))


def list_options(command: click.Command) -> list[click.Option]:
    """The options that may be set."""
    return [one for one in command.params if isinstance(one, click.Option) and one.name != "config"]


def read_settings(name: str, command: click.Command, context: click.Context | None = None) -> dict[str, Any]:
    """By the name of each option what a file says of it. Raises Unreadable for a key that is none, or a value that cannot be."""
    try:
        told = tomllib.loads(read_file_bytes(Path(name), name).decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        why = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "it is no text, or nested too deeply"
        raise Unreadable(Complaint(f"this is no TOML: {why}", name, way_out="Write lines such as: port = 8000")) from None
    verb = str(command.name)
    for key, value in told.items():
        if key != verb or not isinstance(value, dict):
            raise Unreadable(Complaint(*_describe_stray(key, verb, command, name)))
    options = {_name_key(option): option for option in list_options(command)}
    return dict(_read_value(key, value, options, f"{name}: [{verb}]", context) for key, value in told.get(verb, {}).items())


def _describe_stray(key: str, verb: str, command: click.Command, name: str) -> tuple[str, str, None, str]:
    """What is said of a key outside of the table of the verb."""
    if key in map(_name_key, list_options(command)):
        return f"{quote_word(key)} stands in no table", name, None, f"Put it below a line [{verb}]"
    return f"there is no table {quote_word(key)}", name, None, suggest_word(key, [verb])


def _name_key(option: click.Option) -> str:
    """An option as a file calls it: its long name without the dashes."""
    return max(option.opts, key=len).lstrip("-")


def _read_value(
    key: str, value: Any, options: dict[str, click.Option], place: str, context: click.Context | None
) -> tuple[str, Any]:
    option = options.get(key)
    if option is None:
        way_out = suggest_word(key, options, listing=False) or "`--help` lists the options"
        raise Unreadable(Complaint(f"{quote_word(key)} is no setting", place, way_out=way_out))
    wanted = _describe_wanted(option)
    if not _fits(value, wanted):
        raise Unreadable(Complaint(f"{quote_word(key)} is not {wanted}", place, way_out=f"Write {EXAMPLES[wanted]}"))
    told = ([value] if isinstance(value, str) else value) if option.multiple else value
    for one in told if option.multiple else [told]:
        try:
            option.type.convert(one, option, context)
        except click.BadParameter as error:
            raise Unreadable(Complaint(f"{quote_word(key)} cannot be: {error.message.rstrip('.')}", place)) from None
    return str(option.name), told


SWITCH, NUMBER, LIST, TEXT = "a switch", "a whole number", "a list of texts", "a text"
EXAMPLES = {
    SWITCH: "true or false",
    NUMBER: "it without quotation marks",
    LIST: '["one", "another"]',
    TEXT: "it in quotation marks",
}


def _describe_wanted(option: click.Option) -> str:
    if option.is_flag:
        return SWITCH
    return LIST if option.multiple else NUMBER if isinstance(option.type, click.types.IntParamType) else TEXT


def _fits(value: Any, wanted: str) -> bool:
    if wanted == SWITCH:
        return isinstance(value, bool)
    if wanted == NUMBER:
        return isinstance(value, int) and not isinstance(value, bool)
    if wanted == LIST and isinstance(value, list):
        return all(isinstance(one, str) for one in value)
    return isinstance(value, str)
