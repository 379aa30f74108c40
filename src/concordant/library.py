"""The knowledge on disk: the compiled file of a wheel, or a checkout compiled into the user's cache."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

import msgspec

from concordant.compiled import Knowledge
from concordant.complaints import Complaint, ConcordantError

FOLDER = Path(__file__).parent / "knowledge"
COMPILED = "knowledge.msgpack"


class FaultyKnowledge(ConcordantError):
    """The knowledge files cannot be compiled; `concordant lint` prints the same complaints."""

    exit_code = 1


def load() -> Knowledge:
    """The knowledge that is shipped. Raises FaultyKnowledge when a checkout holds a faulty file."""
    shipped = FOLDER / COMPILED
    if shipped.exists():
        return decode(shipped.read_bytes())
    cached = _cache() / f"{_stamp(FOLDER)}.msgpack"
    try:
        return decode(cached.read_bytes())
    except (OSError, msgspec.DecodeError):
        knowledge = compile_folder(FOLDER)
    with contextlib.suppress(OSError):  # a cache that cannot be written only costs time
        _put(msgspec.msgpack.encode(knowledge), cached)
    return knowledge


def decode(data: bytes) -> Knowledge:
    """Compiled bytes to Knowledge."""
    return msgspec.msgpack.decode(data, type=Knowledge)


def compile_folder(folder: Path) -> Knowledge:
    """Compile a folder of YAML. Raises FaultyKnowledge with every complaint."""
    from concordant.author.build import build

    built = build(folder)
    if built.knowledge is None:
        raise FaultyKnowledge(built.complaints or [Complaint("no knowledge found", str(folder))])
    return built.knowledge


def compile_to(folder: Path, target: Path) -> None:
    """Compile a folder of YAML into one MessagePack file. Raises FaultyKnowledge with every complaint."""
    _put(msgspec.msgpack.encode(compile_folder(folder)), target)


def _put(data: bytes, target: Path) -> None:
    """Write a file so that nobody ever sees half of it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    Path(name).replace(target)


def _cache() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("concordant")


def _stamp(folder: Path) -> str:
    """Changes whenever a knowledge file, or the code that compiles it, does."""
    code = [
        Path(__file__).parent / name
        for name in (
            "records.py",
            "features.py",
            "guideline.py",
            "drugs.py",
            "formulas.py",
            "trials.py",
            "compiled.py",
            "conditions.py",
            "texts.py",
        )
    ]
    code += sorted((Path(__file__).parent / "author").glob("*.py"))
    total = hashlib.sha256()
    files = [path for path in sorted(folder.rglob("*.yaml")) if "cases" not in path.relative_to(folder).parts]
    for path in [*files, *code]:
        stat = path.stat()
        total.update(f"{path}\0{stat.st_mtime_ns}\0{stat.st_size}\n".encode())
    return total.hexdigest()[:32]
