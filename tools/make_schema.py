"""Write docs/schema/: python tools/make_schema.py (--check exits 1 when they are out of date)."""

from __future__ import annotations

import inspect
import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from concordant.answer.schema import Answer
from concordant.author.schema import KINDS, build_knowledge_schema
from concordant.library import load_shipped
from concordant.record.casefile.schema import build_case_schema

OUT = Path(__file__).parent.parent / "docs" / "schema"


def normal(shape: Any) -> Any:
    """The same schema whichever Python and msgspec wrote it: docstrings without their indentation, null as the last choice."""
    if isinstance(shape, list):
        return [normal(one) for one in shape]
    if not isinstance(shape, dict):
        return shape
    found = {key: normal(value) for key, value in shape.items()}
    if isinstance(found.get("description"), str):
        found["description"] = inspect.cleandoc(found["description"])
    if "anyOf" in found:
        found["anyOf"] = sorted(found["anyOf"], key=lambda one: one == {"type": "null"})
    return found


def schemas() -> dict[str, str]:
    shapes = {"answer.json": normal(msgspec.json.schema(Answer)), "case-file.json": build_case_schema(load_shipped())}
    shapes |= {f"{kind}.json": normal(build_knowledge_schema(kind)) for kind in KINDS}
    return {name: json.dumps(shape, indent=1, ensure_ascii=False) + "\n" for name, shape in shapes.items()}


def main() -> int:
    stale = [
        name for name, text in schemas().items() if not (OUT / name).exists() or (OUT / name).read_text(encoding="utf-8") != text
    ]
    if "--check" in sys.argv:
        print(f"out of date: {', '.join(stale)}" if stale else "docs/schema is up to date")
        return 1 if stale else 0
    OUT.mkdir(parents=True, exist_ok=True)
    for name, text in schemas().items():
        (OUT / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
