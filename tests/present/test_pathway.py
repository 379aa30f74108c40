"""The picture of the pathway: made from the conditions of the statements, and never other than the answer."""

from __future__ import annotations

import functools
import hashlib
import re
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

import concordant
from concordant import api
from concordant.api.engine import get_engine
from concordant.cli.main import main
from concordant.decide.situation import Situation
from concordant.errors import Unreadable
from concordant.logic.intervals import Interval
from concordant.logic.status import OFFERED
from concordant.logic.truth import FALSE, TRUE, UNKNOWN
from concordant.model.knowledge import Knowledge
from concordant.present.page.first_screen import GUARDS
from concordant.present.pathway.formats import render_pathway
from concordant.present.pathway.graph import OFFERED_SIGNS, Card, Pathway, Row
from concordant.present.pathway.ladder import Fork, Leaf, iter_leaves, make_ladder
from concordant.present.pathway.layout import SCRIPT
from concordant.present.pathway.mermaid import render_mermaid
from concordant.present.pathway.pathway import make_guideline_pathway, make_patient_pathway
from concordant.present.pathway.place import Place, judge_inside
from concordant.present.pathway.png import render_png
from concordant.present.pathway.svg import render_svg
from tests.shares import share_of
from tests.shipped import answer_to, case, failing_answers, in_chunks, page_of, record_of, shipped_knowledge

ROOT = Path(__file__).parents[2]
VERSIONS = [f"{g.id}/{v.version}" for g in shipped_knowledge().guidelines for v in g.versions]
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "</text><script>alert('1')</script>&<\"]\n  end; click x \x00\x1b[31m\u202e"


def engine() -> api.Engine:
    return get_engine(None)


def situation_of(path: Path) -> Situation:
    record = record_of(path)
    assert record is not None
    return engine().situation(record)


@functools.cache
def pathway_of(path: Path, *, whole: bool = True, language: str = "en") -> Pathway:
    answer = answer_to(path)
    assert answer is not None
    return make_patient_pathway(shipped_knowledge(), situation_of(path), answer, language, path.name, whole=whole)


def guideline_pathway(version: str = "", *, whole: bool = True, language: str = "en") -> Pathway:
    day, frame = engine().ruleset(None, version)
    return make_guideline_pathway(shipped_knowledge(), frame, day.isoformat(), language, whole=whole)


@functools.cache
def svg_of(name: str, *, whole: bool = True, language: str = "en", paper: Any = "a4") -> str:
    """The picture of a case, or of the guideline where none is named: laid out once, which takes seconds."""
    if name:
        return render_svg(pathway_of(case(name), whole=whole, language=language), paper)
    return render_svg(guideline_pathway(whole=whole, language=language), paper)


def rows_of(pathway: Pathway) -> Iterator[tuple[Card, Row]]:
    return ((card, row) for card in pathway.cards for row in card.rows)


# -- the whole guideline -------------------------------------------------------------------------------


def test_every_statement_with_a_regimen_stands_in_the_picture() -> None:
    """Of every shipped version, each regimen of each statement, for and against."""
    knowledge = shipped_knowledge()
    drawn = {(row.statement, row.regimen) for version in VERSIONS for _, row in rows_of(guideline_pathway(version))}
    told = {(s.id, name) for s in knowledge.statements if s.recommend for name in s.recommend.regimens}
    assert told - drawn == set()
    assert drawn == told


def test_each_statement_stands_where_its_conditions_put_it(knowledge: Knowledge) -> None:
    """No condition is lost on the way: each is a decision above the statement, shared on its card, or told with it."""
    _, frame = engine().ruleset(None)
    ladder = make_ladder(frame.statements, knowledge.features)
    assert isinstance(ladder, Fork)
    found: dict[str, set[str]] = {}

    def walk(step: Fork | Leaf, above: frozenset[str]) -> None:
        here = above | {name for ask in step.only_if for name in _names(ask)}
        if isinstance(step, Fork):
            for branch in step.branches:
                walk(branch.below, here | {step.feature.name})
            if step.beside:
                walk(step.beside, here)
            return
        for one in step.asked:
            found.setdefault(one.statement.id, set()).update(here, *(_names(ask) for ask in one.asks))

    walk(ladder, frozenset())
    for statement in frame.statements:
        if statement.recommend:
            assert _names(statement.applies_if) <= found[statement.id], statement.id
    assert len(list(iter_leaves(ladder))) <= 6  # few enough to find one's place at a glance


def _names(condition: Any) -> set[str]:
    from concordant.logic.conditions import find_features_read

    return set(find_features_read(condition))


def test_what_follows_from_a_statement_chooses_its_way() -> None:
    """A statement that never names the line, or the running treatment, stands where its conditions lead all the same."""
    titles = {row.statement: set() for _, row in rows_of(guideline_pathway())}  # type: dict[str, set[str]]
    for card, row in rows_of(guideline_pathway()):
        titles[row.statement].add(card.title)
    assert titles["asco-her2-brain/2022/7.1"] == {"Second line", "Third line or later"}
    assert titles["asco-her2-brain/2022/8.1"] == titles["asco-her2-abc/2022/4.0"]


# -- law: the picture is the answer ----------------------------------------------------------------------


@in_chunks
def test_the_picture_says_what_the_answer_says(chunk: int) -> None:
    def law(path: Path) -> None:
        answer, situation, pathway = answer_to(path), situation_of(path), pathway_of(path)
        assert answer is not None
        judged = {(j.proposal.statement.id, j.proposal.regimen.id): j for j in situation.decision.everything}
        drawn = {(row.statement, row.regimen): row for _, row in rows_of(pathway) if row.status}
        assert {key: row.status for key, row in drawn.items()} == {key: j.status for key, j in judged.items()}
        offered = {row.regimen for _, row in rows_of(pathway) if row.sign in OFFERED_SIGNS}
        assert offered == {option.regimen for option in answer.options}
        assert {row.regimen for _, row in rows_of(pathway) if row.sign == "first"} == {
            option.regimen for option in answer.options if option.role == "preferred"
        }
        for key, row in drawn.items():
            _check_sign(row, judged[key], answer.answer, offered)

    assert failing_answers(law, chunk, "pictures of the guideline") == {}


def _check_sign(row: Row, judged: Any, answer: str, offered: set[str]) -> None:
    if judged.proposal.against:
        return
    unknown = judged.status == "needs_data" or (judged.status in OFFERED and row.regimen not in offered)
    if answer != "out_of_scope":
        assert (row.sign == "open") is unknown, row
    assert (row.sign == "barred") is (judged.status == "precluded" and answer != "out_of_scope"), row
    assert bool(row.note) or row.sign != "barred", row


@in_chunks
def test_the_lit_way_leads_to_what_is_offered(chunk: int) -> None:
    """Folded or not: each regimen that is offered stands on a card that is the patient's, or that is open."""

    def law(path: Path) -> None:
        pathway = pathway_of(path, whole=False)
        for card, row in (*rows_of(pathway), *rows_of(pathway_of(path))):
            if row.sign in OFFERED_SIGNS:
                assert card.way in ("lit", "open"), (card.title, row.regimen)
                assert not card.folded, (card.title, row.regimen)
        assert not any(card.rows and card.way == "off" and not card.folded for card in pathway.cards)

    assert failing_answers(law, chunk, "pictures of the guideline") == {}


NUMBERS = ((0, 0, TRUE), (1, 3, FALSE), (0, 2, UNKNOWN), (None, None, UNKNOWN))
WORDS = (("yes", "yes", TRUE), ("no", "yes", FALSE), (("first", "second"), "first", UNKNOWN), (None, "first", UNKNOWN))


def test_what_is_half_known_leaves_a_way_open(knowledge: Knowledge) -> None:
    """A value that lies in an answer in part, or is not known, leaves it open; learning more never moves a lit way."""
    for low, high, truth in NUMBERS:
        value = None if low is None else Interval(float(low), float(high))
        assert judge_inside(value, Interval(0.0, 0.0)) is truth
    for value, cell, truth in WORDS:
        assert judge_inside(value, cell) is truth


def test_what_applies_but_is_not_settled_is_not_shown_as_offered() -> None:
    """While the answer waits for data, a regimen whose statement applies is offered only where the answer offers it."""
    waiting = Place(situation_of(case("A03")), replace(answer_to(case("A03")), answer="needs_data", options=[]))
    applying = [key for key, j in waiting.judged.items() if j.status in OFFERED and not j.proposal.against]
    assert applying and {waiting.find_sign(*key) for key in applying} == {"open"}


@in_chunks
def test_what_leads_the_answer_leads_the_picture(chunk: int) -> None:
    def law(path: Path) -> None:
        document, pathway = page_of(path), pathway_of(path)
        assert pathway.verdict == document.verdict
        assert [guard.title for guard in pathway.guards] == [line.title for line in document.first if line.key in GUARDS]
        assert {line.title for line in document.first if line.tone == "danger"} <= {guard.title for guard in pathway.guards}
        assert path.name in pathway.over and document.words["day"] in pathway.over
        assert "No clinician has reviewed" in pathway.unreviewed

    assert failing_answers(law, chunk, "pictures of the guideline") == {}


# -- SVG, PNG, Mermaid -----------------------------------------------------------------------------------

DRAWN = share_of("drawn pictures", ("A03", "", "A33", "B50", "N103", "P01"))


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("A16", "en"),
        ("", "de"),
        *(pytest.param(name, "en", marks=pytest.mark.long) for name in DRAWN),
    ],
)
def test_the_svg_is_whole_and_stands_alone(name: str, language: str) -> None:
    pathway = pathway_of(case(name), whole=False, language=language) if name else guideline_pathway(language=language)
    svg = svg_of(name, whole=not name, language=language)
    root = parsed(svg)
    assert (root.get("role"), root.get("lang")) == ("img", language)
    assert [root[0].tag, root[1].tag] == [f"{SVG}title", f"{SVG}desc"] and root[0].text and root[1].text
    assert not re.search(r"\b(?:href|src|url\(|@import|script|style=)", svg)
    shown = {(n.get("data-statement"), n.get("data-regimen"), n.get("data-sign")) for n in root.iter() if n.get("data-statement")}
    assert shown == {(row.statement, row.regimen, row.sign) for card, row in rows_of(pathway) if not card.folded}
    ways = {(n.get("data-kind"), n.get("data-way")) for n in root.iter() if n.get("data-kind")}
    assert ways >= {("card", card.way) for card in pathway.cards} | {(box.kind, box.way) for box in pathway.boxes}


@pytest.mark.parametrize("paper", ["a4", pytest.param("a2", marks=pytest.mark.long)])
def test_nothing_leaves_the_sheet(paper: Any) -> None:
    """Every text begins on the paper, at its scale."""
    root = parsed(svg_of("", whole=paper == "a2", paper=paper))
    _, _, width, height = map(float, str(root.get("viewBox")).split())
    for group in (node for node in root if node.tag == f"{SVG}g"):
        numbers = re.findall(r"-?\d+\.?\d*", str(group.get("transform")))
        x, y, scale = map(float, numbers)
        for text in group.iter(f"{SVG}text"):
            assert 0 <= x + scale * float(str(text.get("x"))) <= width
            assert 0 <= y + scale * float(str(text.get("y"))) <= height


def test_a_sheet_can_be_read_at_arms_length() -> None:
    """On A4 a patient's regimens are set in eight points or more, the whole guideline in seven."""
    for name, least in (("A03", 8.0), ("", 7.0)):
        scale = float(re.findall(r"scale\(([\d.]+)\)", svg_of(name, whole=False))[1])
        assert scale * 9.0 >= least


def test_each_colour_comes_with_a_sign_or_a_word() -> None:
    """Offered, open, ruled out and not for this patient are told apart in black and white."""
    root = parsed(svg_of("A08", whole=False))
    inside = {}
    for node in root.iter():
        if sign := node.get("data-sign"):
            inside[sign] = re.sub(r'"#[0-9a-f]{6}"|[\d.]+', "", "".join(ElementTree.tostring(n, "unicode") for n in node[:-1]))
    assert len(set(inside.values())) == len(inside) >= 4
    struck = [node.text for node in root.iter() if node.get("text-decoration") == "line-through"]
    assert struck == ["trastuzumab deruxtecan"]


@pytest.mark.parametrize("format_", ["svg", "mermaid", pytest.param("png", marks=pytest.mark.long)])
def test_the_same_bytes_twice(format_: Any) -> None:
    made = render_pathway(pathway_of.__wrapped__(case("A03"), whole=False), format_, "a4")
    if format_ == "mermaid":
        assert made == render_mermaid(pathway_of(case("A03"), whole=False))
    else:
        svg = svg_of("A03", whole=False)
        assert made == (svg if format_ == "svg" else render_png(svg, "a4"))


@pytest.mark.long
def test_one_picture_does_not_move_the_next() -> None:
    first = svg_of("A03", whole=False)
    render_svg(pathway_of(case("A08"), whole=False))
    assert render_svg(pathway_of(case("A03"), whole=False)) == first


def test_hostile_words_stay_words() -> None:
    fields = ("over", "verdict", "title", "description", "unreviewed", "footer")
    _check_hostile(replace(pathway_of(case("A03"), whole=False), **dict.fromkeys(fields, HOSTILE)))


def test_hostile_names_of_regimens_and_decisions_stay_words() -> None:
    plain = pathway_of(case("A03"), whole=False)
    boxes = tuple(replace(box, text=HOSTILE, more=HOSTILE) for box in plain.boxes)
    cards = tuple(
        replace(card, title=HOSTILE, asks=HOSTILE, groups=tuple(_poison(group) for group in card.groups)) for card in plain.cards
    )
    _check_hostile(replace(plain, boxes=boxes, cards=cards))


def _poison(group: Any) -> Any:
    items = tuple(
        replace(item, asks=HOSTILE, rows=tuple(replace(r, name=HOSTILE, regimen=HOSTILE, statement=HOSTILE) for r in item.rows))
        for item in group.items
    )
    return replace(group, role=HOSTILE, rating=HOSTILE, items=items)


def _check_hostile(pathway: Pathway) -> None:
    root = parsed(render_svg(pathway))
    assert {node.tag.removeprefix(SVG) for node in root.iter()} <= {
        *("svg", "title", "desc", "rect", "g", "text", "path", "polyline", "line", "circle")
    }
    text = render_mermaid(pathway)
    assert "<script" not in text and "\x1b" not in text and "\x00" not in text
    for line in text.splitlines():
        assert not line.strip().startswith(("end;", "click")) and line.count('"') % 2 == 0


def test_a_hostile_file_name_stays_a_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "<b>&'x'.yaml"
    path.write_bytes(case("A03").read_bytes())
    assert main(["draw", str(path)]) == 0
    svg = capsys.readouterr().out
    assert "&lt;b&gt;&amp;" in svg and parsed(svg) is not None


def test_mermaid_is_the_same_graph() -> None:
    pathway = pathway_of(case("A03"))
    text = render_mermaid(pathway)
    assert text.startswith("flowchart TD\n") and pathway.verdict.replace(";", "") in text.replace("#59;", "")
    links = re.findall(r"^  (\w+) (?:-->|==>|-\.->|---)(?:\|\"[^\"]*\"\|)? (\w+)$", text, re.M)
    replies = {reply.id: box.id for box in pathway.boxes for reply in box.replies}
    assert links == [(replies.get(arrow.source, arrow.source), arrow.target) for arrow in pathway.arrows]
    assert {card.id for card in pathway.cards if card.way == "lit"} <= set(re.findall(r"class ([\w,]+) lit", text)[0].split(","))


# -- the command, the API, and what may be lacking ------------------------------------------------------------


def test_the_command_writes_a_file(tmp_path: Path) -> None:
    for format_, begins in (("svg", b"<svg "), ("png", b"\x89PNG"), ("mermaid", b"flowchart TD")):
        out = tmp_path / f"pathway.{format_}"
        assert main(["draw", str(case("A03")), "--format", format_, "--lang", "de", "-o", str(out)]) == 0
        assert out.read_bytes().startswith(begins)


def test_the_api_draws_with_and_without_a_patient() -> None:
    assert str(concordant.draw()).startswith("<svg ")
    assert "2018" in str(concordant.draw(guideline="asco-her2-abc/2018", format="mermaid"))
    answer = concordant.recommend(case("A03"))
    assert answer.draw("mermaid") == concordant.draw(case("A03"), format="mermaid")
    assert concordant.draw(as_of="2023-01-01", format="mermaid") != concordant.draw(format="mermaid")


@pytest.mark.parametrize(
    ("asked", "says", "way_out"),
    [
        ({"format": "gif"}, "'gif' is no format", ""),
        ({"language": "fr"}, "'fr' is no language", ""),
        ({"size": "a5"}, "'a5' is no size", ""),
        ({"guideline": "asco/1"}, "no guideline 'asco/1'", "asco-her2-abc/2022"),
        ({"as_of": "1999-01-01"}, "no guideline is in force on this day", "--as-of"),
        ({"as_of": "soon"}, "soon", "2022-09-20"),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_words(asked: dict[str, Any], says: str, way_out: str) -> None:
    with pytest.raises(Unreadable) as raised:
        concordant.draw(**asked)
    assert says in str(raised.value) and way_out in str(raised.value)
    assert raised.value.exit_code == 2


def test_a_refused_patient_is_refused_as_everywhere(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["draw", str(case("A90"))]) == 3
    assert "Traceback" not in capsys.readouterr().err
    assert main(["draw", "nowhere.yaml"]) == 2


def test_without_the_extra_the_command_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "quickjs", None)
    assert main(["draw"]) == 2
    assert "pip install 'concordant[draw]'" in capsys.readouterr().err
    assert main(["draw", "--format", "mermaid"]) == 0


def test_without_the_painter_png_is_refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    assert main(["draw", "--format", "png", "-o", "nowhere.png"]) == 2
    assert "concordant[draw]" in capsys.readouterr().err


def test_the_layout_script_is_the_published_one() -> None:
    """What another made stands here as it was published, under its own licence, and the notice names it."""
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    assert f"sha256 {hashlib.sha256(SCRIPT.read_bytes()).hexdigest()}" in notice
    assert "Eclipse Public License" in (SCRIPT.parent / "LICENSE.md").read_text(encoding="utf-8")
