"""Compile the knowledge into one file of the wheel, so that no user waits for YAML."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

HERE = Path(__file__).parent


class CompileKnowledge(BuildHookInterface):  # type: ignore[type-arg]
    """Runs for a real wheel; an editable install compiles into the user's cache instead."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        sys.path.insert(0, str(HERE / "src"))
        from concordant.library import compile_to_file

        target = HERE / "build" / "knowledge.msgpack"
        target.parent.mkdir(exist_ok=True)
        compile_to_file(HERE / "src" / "concordant" / "knowledge", target)
        build_data["force_include"][str(target)] = "concordant/knowledge/knowledge.msgpack"
