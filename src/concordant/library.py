"""The knowledge on disk: the compiled file of a wheel, or a checkout compiled into the user's cache.

A compiled file is one line that names what it belongs to and the SHA-256 of its content, and then the content. It is used when
every byte fits; a wheel with any other file is refused, a cache is compiled anew.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable
from pathlib import Path

import msgspec
from msgspec.structs import replace

from concordant.errors import Complaint, ConcordantError, Unreadable
from concordant.model.knowledge import Knowledge, compute_digest, decode_content, encode_content
from concordant.outputs import write_file
from concordant.version import __version__

HERE = Path(__file__).parent
FOLDER = HERE / "knowledge"
COMPILED = "knowledge.msgpack"
KIND = "concordant knowledge"
# The code on which the content of a compiled file depends, beside the knowledge files.
ROOMS = ("texts.py", "contract_names.py", "logic/*.py", "model/**/*.py", "author/**/*.py")


class FaultyKnowledge(ConcordantError):
    """The knowledge files cannot be compiled; `concordant lint` prints the same complaints."""

    exit_code = 1


class RefusedKnowledge(FaultyKnowledge):
    """A folder of one's own that cannot be compiled, or names what it does not hold."""

    exit_code = 3


class DamagedKnowledge(Unreadable):
    """A compiled file whose content is not the one that it was written with."""


def load_shipped() -> Knowledge:
    """The knowledge that is shipped. Raises FaultyKnowledge for a checkout with a faulty file, DamagedKnowledge for a wheel."""
    shipped = FOLDER / COMPILED
    if shipped.exists():
        return decode_knowledge(shipped.read_bytes(), __version__, str(shipped))
    return _load_cached(FOLDER, compile_folder)


def load_folder(folder: Path) -> Knowledge:
    """Knowledge of one's own. Raises Unreadable for what is no folder of knowledge, RefusedKnowledge with every complaint."""
    if not folder.is_dir():
        raise Unreadable(Complaint("no such folder", str(folder), way_out="Name a folder of knowledge files"))
    if folder.resolve() == FOLDER.resolve():
        return load_shipped()
    if not any(folder.rglob("*.yaml")):
        raise Unreadable(Complaint("no knowledge files are here", str(folder), way_out="Name a folder of knowledge files"))
    return _load_cached(folder, _compile_own_folder)


def _load_cached(folder: Path, compile_: Callable[[Path], Knowledge]) -> Knowledge:
    """The folder out of the cache; compiled, and kept there, where that does not hold just these files."""
    stamp = compute_stamp(folder)
    cached = _find_cache_folder() / f"{stamp}.msgpack"
    with contextlib.suppress(OSError, DamagedKnowledge):
        return decode_knowledge(cached.read_bytes(), stamp, str(cached))
    knowledge = compile_(folder)
    if compute_stamp(folder) == stamp:  # a file that was edited meanwhile would be kept under the name of what it was before
        _write_cache(knowledge, stamp, cached)
    return knowledge


def _compile_own_folder(folder: Path) -> Knowledge:
    """Compile a folder that nobody has looked at: what it names has to be there, or no patient can be answered."""
    from concordant.author.build import build_knowledge
    from concordant.author.lint.names import check_duplicate_ids, check_names
    from concordant.author.places import index_places

    built = build_knowledge(folder)
    complaints = list(built.complaints)
    if built.knowledge is not None:
        places = index_places(built.texts)
        complaints += [*check_names(places, built.entries, built.knowledge), *check_duplicate_ids(places)]
    if complaints or built.knowledge is None:
        located = [_add_folder_path(complaint, folder) for complaint in complaints] or [
            Complaint("the knowledge is not whole", str(folder))
        ]
        raise RefusedKnowledge(dict.fromkeys(located))
    return built.knowledge


def _add_folder_path(complaint: Complaint, folder: Path) -> Complaint:
    """The complaint with the whole path of the file that it is about."""
    return replace(complaint, file=str(folder / complaint.file)) if complaint.file else complaint


def encode_knowledge(knowledge: Knowledge, owner: str) -> bytes:
    """Knowledge to a compiled file of `owner`: a version, or a stamp of the files."""
    content = encode_content(knowledge)
    return _make_head(owner, compute_digest(content)) + content


def decode_knowledge(data: bytes, owner: str, name: str) -> Knowledge:
    """A compiled file to Knowledge. Raises DamagedKnowledge unless every byte is as `encode` wrote it for this owner."""
    length = data.find(b"\n") + 1
    head, content = data[:length], memoryview(data)[length:]
    digest = compute_digest(content)
    if head != _make_head(owner, digest):
        raise DamagedKnowledge(
            Complaint(_describe_damage(head, owner), name, way_out="Install concordant anew; nothing was answered")
        )
    try:
        return decode_content(content, digest)
    except msgspec.DecodeError:  # written by a program with other records, under the same version
        raise DamagedKnowledge(
            Complaint("the compiled knowledge does not fit this program", name, way_out="Install concordant anew")
        ) from None


def _make_head(owner: str, digest: str) -> bytes:
    return f"{KIND}, of {owner}, sha256 {digest}\n".encode()


def _describe_damage(head: bytes, owner: str) -> str:
    """What is wrong, as far as the first line tells."""
    of = head.decode(errors="replace").split(", ")[1:2]
    if head.startswith(KIND.encode()) and of and of[0] != f"of {owner}" and of[0].startswith("of ") and len(head) < 200:
        return f"the compiled knowledge is not that of version {owner}"
    return "the compiled knowledge is damaged"


def compile_folder(folder: Path) -> Knowledge:
    """Compile a folder of YAML. Raises FaultyKnowledge with every complaint."""
    from concordant.author.build import build_knowledge

    built = build_knowledge(folder)
    if built.knowledge is None:
        raise FaultyKnowledge(built.complaints or [Complaint("no knowledge found", str(folder))])
    return built.knowledge


def compile_to_file(folder: Path, target: Path) -> None:
    """Compile a folder of YAML into the file of a wheel. Raises FaultyKnowledge with every complaint."""
    target.parent.mkdir(parents=True, exist_ok=True)
    write_file(encode_knowledge(compile_folder(folder), __version__), str(target))


def _write_cache(knowledge: Knowledge, stamp: str, cached: Path) -> None:
    with contextlib.suppress(OSError, Unreadable):  # a cache that cannot be written only costs time
        cached.parent.mkdir(parents=True, exist_ok=True)
        write_file(encode_knowledge(knowledge, stamp), str(cached))


def _find_cache_folder() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("concordant")


def compute_stamp(folder: Path) -> str:
    """A hash of the names and bytes of every knowledge file, and of the code that compiles them.

    Neither time nor size is looked at: a file that was changed, or damaged, behind them would be taken for the old one.
    """
    code = [path for room in ROOMS for path in sorted(HERE.glob(room))]
    files = [path for path in sorted(folder.rglob("*.yaml")) if path.parent != folder / "cases"]
    total = hashlib.sha256()
    for root, paths in ((folder, files), (HERE, code)):
        for path in paths:
            data = path.read_bytes()
            total.update(f"{path.relative_to(root).as_posix()}\0{len(data)}\0".encode() + data)
    return total.hexdigest()[:32]
