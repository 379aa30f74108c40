"""The verbs by name. The module of a verb is loaded when that verb is asked for, so that none waits for the others."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from importlib import import_module

import click

ELSEWHERE = {
    "audit": "concordant.cli.auditing",
    "cohort": "concordant.cli.cohorts",
    "describe": "concordant.cli.describing",
    "diff": "concordant.cli.differing",
    "draw": "concordant.cli.drawing",
    "export": "concordant.cli.exporting",
    "forget": "concordant.cli.forgetting",
    "lint": "concordant.cli.linting",
    "mcp": "concordant.cli.assistant",
    "new": "concordant.cli.authoring",
    "prove": "concordant.cli.proving",
    "read": "concordant.cli.reading",
    "replay": "concordant.cli.replaying",
    "report": "concordant.cli.reporting",
    "schema": "concordant.cli.authoring",
    "serve": "concordant.cli.web",
    "simulate": "concordant.cli.simulating",
    "web": "concordant.cli.web",
}


class Verbs(MutableMapping[str, click.Command]):
    """What `click.Group` looks verbs up in: those that were added to it, and those of `ELSEWHERE`."""

    def __init__(self) -> None:
        self._loaded: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._loaded and name in ELSEWHERE:
            self._loaded[name] = getattr(import_module(ELSEWHERE[name]), name)
        return self._loaded[name]

    def __setitem__(self, name: str, verb: click.Command) -> None:
        self._loaded[name] = verb

    def __delitem__(self, name: str) -> None:
        del self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**ELSEWHERE, **self._loaded})

    def __len__(self) -> int:
        return len({**ELSEWHERE, **self._loaded})
