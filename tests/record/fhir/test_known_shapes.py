"""What the shape of a text says of it is true of the text: no key stands twice, no mark stands in it."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from concordant.record.fhir.incoming import find_repeated_key
from concordant.record.fhir.known_shapes import KnownShapes
from concordant.record.fhir.pages import HINTS

SEEDS = range(150)
KEYS = ("id", "code", "value", "resource", "fullUrl", "entry", "link", "aresource", "ä", "a1", "a2", "e", "search")
WORDS = ("12.5", "a-b", 'a "quoted": word', "two\nlines", "", "ä", "http://a/b", "resource", '"resource":{', "\\u0041")
WRITERS: tuple[dict[str, Any], ...] = (
    {"separators": (",", ":")},
    {"separators": (", ", ": "), "ensure_ascii": False},
    {"indent": 2},
    {"separators": (" ,", " :")},
)


def make_value(chance: random.Random, depth: int = 3) -> Any:
    """Any piece of JSON of a few keys."""
    if depth == 0 or chance.random() < 0.3:
        return chance.choice((*WORDS, 1, 2.5, -7, True, False, None, [], {}))
    if chance.random() < 0.3:
        return [make_value(chance, depth - 1) for _ in range(chance.randint(0, 3))]
    return {key: make_value(chance, depth - 1) for key in chance.sample(KEYS, chance.randint(0, 5))}


def make_bundle(chance: random.Random) -> dict[str, Any]:
    """A bundle whose entries have what entries have, sometimes something else, and sometimes another bundle."""
    entries = []
    for number in range(chance.randint(0, 5)):
        resource = {"resourceType": "Observation", "id": f"o{number}", "more": make_value(chance, 2)}
        if chance.random() < 0.1:
            resource["entry"] = [{"resource": {"id": "x"}}]
        parts = [("fullUrl", f"urn:{number}"), ("resource", resource), ("search", {"mode": "match"})]
        if chance.random() < 0.2:
            parts += [(chance.choice(KEYS), 1)]
        if chance.random() < 0.3:
            chance.shuffle(parts)
        entries.append(dict(parts))
    return {"resourceType": "Bundle", "entry": entries, **({"total": 3} if chance.random() < 0.3 else {})}


def write_twice(text: str, chance: random.Random) -> str:
    """The text with one of its keys told again in the same object, spelt as it is or otherwise."""
    places = [at for at in range(len(text)) if text.startswith('"', at) and find_key_end(text, at)]
    if not places:
        return text
    at = chance.choice(places)
    key = text[at : find_key_end(text, at)]
    letter = chance.randrange(1, max(2, len(key) - 1))
    spelt = f"{key[:letter]}\\u{ord(key[letter]):04x}{key[letter + 1 :]}" if chance.random() < 0.5 and len(key) > 2 else key
    spelt = key if '"' in key[1:-1] or "\\" in key[1:-1] else spelt
    return f"{text[:at]}{spelt}:{chance.choice(('1', '{}', '[]'))},{text[at:]}"


def find_key_end(text: str, at: int) -> int:
    """Where the key that begins there ends; 0 where none does."""
    try:
        _, end = json.JSONDecoder().raw_decode(text, at)
        json.loads(text[:at] + '"new":0,' + text[at:])
    except ValueError:
        return 0
    return end if text[end:].lstrip().startswith(":") else 0


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_certain_by_its_shape_is_true(seed: int) -> None:
    chance = random.Random(seed)
    shapes = KnownShapes(HINTS)
    for _ in range(12):
        told = make_bundle(chance) if chance.random() < 0.7 else make_value(chance)
        text = json.dumps(told, **chance.choice(WRITERS))
        for each in (text, write_twice(text, chance), write_twice(write_twice(text, chance), chance)):
            data = each.encode()
            is_single, is_unmarked = shapes.look_through(data)
            assert not is_single or not find_repeated_key(data), each
            assert not is_unmarked or not any(hint in data for hint in HINTS), each


def test_results_of_one_shape_are_looked_at_once() -> None:
    shapes = KnownShapes(HINTS)
    for seed in range(3):
        chance = random.Random(seed)
        rows = [
            {"resource": {"resourceType": "Observation", "id": str(number), "value": chance.random()}} for number in range(50)
        ]
        data = json.dumps({"resourceType": "Bundle", "entry": rows}).encode()
        assert shapes.look_through(data) == (True, True)
    assert len(shapes.single) == 2  # a piece, and what stands around all


def test_the_memory_of_shapes_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("concordant.record.fhir.known_shapes.MOST", 10)
    shapes = KnownShapes(HINTS)
    for number in range(20):
        data = json.dumps({"Z" * number: 1}).encode()
        assert shapes.look_through(data) == (True, True)
    assert len(shapes.single) + len(shapes.unmarked) == 10


def test_nothing_of_a_text_is_remembered() -> None:
    shapes = KnownShapes(HINTS)
    assert shapes.look_through(b'{"family":"OTTO-ZIEMKOWSKY"}') == (True, True)
    assert all(type(one) is int for one in (*shapes.single, *shapes.unmarked))


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("key", ["fullUrl", "search", "link", "resource", "other"])
def test_a_key_on_both_sides_of_a_resource_is_found(key: str, place: int) -> None:
    """The pieces beside each other were seen before, each in a bundle in which its key stood once."""
    shapes = KnownShapes(HINTS)

    def write(before: set[int], behind: set[int]) -> bytes:
        told = f'"{key}":{{"id":"1"}}'
        entries = [
            f'{{{told + "," if n in before else ""}"resource":{{"id":"{n}"}}{"," + told if n in behind else ""}}}'
            for n in range(4)
        ]
        return f'{{"resourceType":"Bundle","entry":[{",".join(entries)}]}}'.encode()

    alone = () if key == "resource" else (write({place}, set()), write(set(), {place}), write(set(), set()))
    assert not any(find_repeated_key(data) for data in alone)
    for data in (*alone, *alone):
        shapes.look_through(data)
    assert find_repeated_key(twice := write({place}, {place})) == key
    assert not shapes.look_through(twice)[0]
