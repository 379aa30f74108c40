"""Compiled knowledge: used when every byte of it fits, and otherwise compiled anew or refused."""

from __future__ import annotations

import ast
import datetime as dt
import os
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct
from msgspec.structs import replace

from concordant import __version__, api, library
from concordant.cli.main import main
from concordant.library import DamagedKnowledge, decode_knowledge, encode_knowledge
from concordant.model.knowledge import NOTHING_STORED, PARTS, Knowledge, compute_digest, encode_content
from tests.shares import share_of

SAMPLED = 60
CASE = Path(__file__).parents[1] / "complaints" / "good" / "no-date.yaml"


@pytest.fixture(scope="module")
def whole(knowledge: Knowledge) -> bytes:
    return encode_knowledge(knowledge, __version__)


@pytest.fixture(scope="module")
def tiny(knowledge: Knowledge) -> bytes:
    """A file small enough that each of its bits can be turned."""
    return encode_knowledge(replace(emptied(knowledge), stored=NOTHING_STORED), __version__)


def emptied(held: Any) -> Any:
    """The struct with nothing in its lists and tables, nor in those of the structs that it holds."""
    fields = {name: getattr(held, name) for name in held.__struct_fields__}
    none = {name: type(value)() for name, value in fields.items() if isinstance(value, tuple | dict)}
    return replace(held, **none, **{name: emptied(value) for name, value in fields.items() if isinstance(value, Struct)})


def flipped(data: bytes, places: Sequence[int]) -> Iterator[tuple[str, bytes]]:
    for place in places:
        for bit in range(8):
            changed = bytearray(data)
            changed[place] ^= 1 << bit
            yield f"byte {place}, bit {bit}", bytes(changed)


def assert_refused(data: bytes, what: str = "") -> None:
    try:
        decode_knowledge(data, __version__, "knowledge.msgpack")
    except DamagedKnowledge as error:
        assert error.exit_code == 2
        assert "Install concordant anew" in str(error)
    else:
        pytest.fail(f"used in silence: {what}")


def test_whole_knowledge_is_used(whole: bytes, tiny: bytes, knowledge: Knowledge) -> None:
    assert decode_knowledge(whole, __version__, "knowledge.msgpack") == knowledge
    assert decode_knowledge(tiny, __version__, "knowledge.msgpack").statements == ()
    assert len(tiny) < 5_000  # or turning each bit takes a minute


def test_an_answer_asks_for_no_part_that_is_stored_apart(whole: bytes) -> None:
    held = decode_knowledge(whole, __version__, "knowledge.msgpack")
    api.recommend(CASE, today=dt.date(2026, 11, 30), knowledge=held).render("terminal")
    assert not vars(held).keys() & PARTS.keys()
    assert held.notes.languages and held.audit.rows and held.told  # and each is there for whom it is
    assert vars(held).keys() >= PARTS.keys()


@pytest.mark.long
def test_every_flipped_bit_of_a_small_file_is_refused(tiny: bytes) -> None:
    for what, data in flipped(tiny, share_of("flipped bits", range(len(tiny)))):
        assert_refused(data, what)


def test_every_flipped_bit_of_sampled_bytes_is_refused(whole: bytes) -> None:
    for what, data in flipped(whole, share_of("flipped bits", random.Random(1).sample(range(len(whole)), SAMPLED))):
        assert_refused(data, what)


def test_a_file_that_is_cut_off_is_refused(whole: bytes, tiny: bytes) -> None:
    for length in share_of("flipped bits", range(len(tiny))):
        assert_refused(tiny[:length], f"{length} bytes")
    assert_refused(whole[: len(whole) // 2])


@pytest.mark.parametrize("data", [b"", b"\n", b"\0" * 1000, b"concordant knowledge, of ", b"\x80"])
def test_what_is_no_knowledge_is_refused(data: bytes) -> None:
    assert_refused(data)


def test_a_file_with_something_behind_it_is_refused(tiny: bytes) -> None:
    assert_refused(tiny + b"\n")


def test_a_file_of_another_version_is_refused_as_such(knowledge: Knowledge) -> None:
    with pytest.raises(DamagedKnowledge, match=f"not that of version {__version__}"):
        decode_knowledge(encode_knowledge(knowledge, "0.0.9"), __version__, "knowledge.msgpack")


def test_a_content_of_other_records_is_refused() -> None:
    content = b"\x81\xa5other\x01"
    head = f"concordant knowledge, of {__version__}, sha256 {compute_digest(content)}\n".encode()
    with pytest.raises(DamagedKnowledge, match="does not fit this program"):
        decode_knowledge(head + content, __version__, "knowledge.msgpack")


# -- the fingerprint is that of what was used ---------------------------------------------------------


def test_the_fingerprint_is_of_the_content(knowledge: Knowledge) -> None:
    assert knowledge.digest == compute_digest(encode_content(knowledge))
    other = replace(knowledge, classes={})
    assert (
        decode_knowledge(encode_knowledge(other, "x"), "x", "").digest
        == compute_digest(encode_content(other))
        != knowledge.digest
    )


def test_a_fingerprint_is_not_taken_over_from_the_file(knowledge: Knowledge) -> None:
    told = replace(knowledge, digest="0" * 64)
    assert decode_knowledge(encode_knowledge(told, "x"), "x", "").digest == knowledge.digest


# -- a wheel -------------------------------------------------------------------------------------------


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny: bytes) -> Path:
    """A folder as a wheel has it, with the compiled file alone."""
    monkeypatch.setattr(library, "FOLDER", tmp_path)
    monkeypatch.setattr(api, "load_shipped", library.load_shipped)
    shipped = tmp_path / library.COMPILED
    shipped.write_bytes(tiny)
    return shipped


def test_a_damaged_wheel_is_refused_in_one_sentence(wheel: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = bytearray(wheel.read_bytes())
    data[-20] ^= 1
    wheel.write_bytes(bytes(data))
    assert main(["recommend", str(CASE)]) == 2
    out, told = capsys.readouterr()
    assert out == ""
    assert told == f"{wheel}: the compiled knowledge is damaged. Install concordant anew; nothing was answered\n"


def test_a_wheel_is_what_the_build_writes(knowledge: Knowledge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "compile_folder", lambda _: knowledge)
    monkeypatch.setattr(library, "FOLDER", tmp_path / "knowledge")
    library.compile_to_file(tmp_path, tmp_path / "knowledge" / library.COMPILED)
    assert library.load_shipped() == knowledge


# -- a checkout and its cache --------------------------------------------------------------------------


@pytest.fixture
def checkout(knowledge: Knowledge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one knowledge file, an empty cache, and a compiler that says when it was asked."""
    folder = tmp_path / "knowledge"
    folder.mkdir()
    (folder / "dose.yaml").write_text("amount: 5.4\n", encoding="utf-8")
    monkeypatch.setattr(library, "FOLDER", folder)
    monkeypatch.setattr(library, "_find_cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setattr(library, "compile_folder", lambda _: _compiled(knowledge, tmp_path))
    return tmp_path


def _compiled(knowledge: Knowledge, folder: Path) -> Knowledge:
    with (folder / "compiled.txt").open("a", encoding="utf-8") as log:
        log.write("x")
    return knowledge


def compiled(checkout: Path) -> int:
    """How often the knowledge was compiled."""
    log = checkout / "compiled.txt"
    return len(log.read_text(encoding="utf-8")) if log.exists() else 0


def cached(checkout: Path) -> Path:
    (file,) = (checkout / "cache").iterdir()
    return file


def test_a_checkout_is_compiled_once(checkout: Path) -> None:
    assert library.load_shipped() == library.load_shipped()
    assert compiled(checkout) == 1


@pytest.mark.parametrize("damage", ["flip", "cut", "empty", "other"])
def test_a_damaged_cache_is_compiled_anew(damage: str, checkout: Path, knowledge: Knowledge) -> None:
    library.load_shipped()
    file = cached(checkout)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 4
    other = encode_knowledge(replace(knowledge, classes={}), "another stamp")
    file.write_bytes({"flip": bytes(data), "cut": bytes(data[:5000]), "empty": b"", "other": other}[damage])
    assert library.load_shipped() == knowledge
    assert compiled(checkout) == 2
    assert library.load_shipped() == knowledge
    assert compiled(checkout) == 2


def test_a_change_behind_time_and_size_is_seen(checkout: Path) -> None:
    library.load_shipped()
    file = checkout / "knowledge" / "dose.yaml"
    before = file.stat()
    file.write_text("amount: 6.4\n", encoding="utf-8")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (file.stat().st_size, file.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    library.load_shipped()
    assert compiled(checkout) == 2


def test_what_is_edited_while_it_is_compiled_is_not_kept(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compile_folder = library.compile_folder

    def edited(folder: Path) -> Knowledge:
        (folder / "dose.yaml").write_text("amount: 3.6\n", encoding="utf-8")
        return compile_folder(folder)

    monkeypatch.setattr(library, "compile_folder", edited)
    library.load_shipped()
    assert not (checkout / "cache").exists()


def test_a_cache_that_cannot_be_written_costs_time_only(checkout: Path, knowledge: Knowledge) -> None:
    (checkout / "cache").write_text("a file where the folder should be", encoding="utf-8")
    assert library.load_shipped() == knowledge


def test_what_builds_the_wheel_names_what_the_library_has() -> None:
    """The build is not run by the tests: a name that was changed there would be met by nobody but a user."""
    tree = ast.parse((Path(__file__).parents[2] / "hatch_build.py").read_text(encoding="utf-8"))
    named = [
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == library.__name__
        for alias in node.names
    ]
    assert named and all(hasattr(library, name) for name in named)
