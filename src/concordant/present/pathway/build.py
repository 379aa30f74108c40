"""From the ladder of a guideline to the picture as data: boxes, arrows and cards, and on them the place of a patient."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from msgspec.structs import replace

from concordant.answer.phrases import capitalize_first
from concordant.decide.decision import ROLE_ORDER
from concordant.decide.partitions import Cell, format_range
from concordant.decide.ruleset import CURRENT
from concordant.logic.conditions import Condition
from concordant.logic.intervals import Interval
from concordant.logic.truth import FALSE, TRUE, UNKNOWN, Truth, judge_all, judge_any
from concordant.model.drugs import Regimen
from concordant.model.features import Feature
from concordant.model.guideline import LineRule, ScopeLimit, Statement
from concordant.patient.facts import list_words_left
from concordant.present.language import Language
from concordant.present.pathway.graph import Arrow, Box, BoxKind, Card, Group, Item, Reply, Row
from concordant.present.pathway.ladder import Asked, Branch, Fork, Leaf, Step
from concordant.present.pathway.place import Place, way_of
from concordant.present.pathway.words import describe_asks, describe_rating, is_long

YES = "yes"
EXITS = 4  # so many patients of whom the guideline does not speak are told where there is little room


@dataclass(frozen=True, slots=True)
class Lines:
    """How a guideline counts lines, as decisions that come before the one about the line: features and how many words it has."""

    before: tuple[Feature, ...]
    progressed: Feature
    words: int


@dataclass(slots=True)
class PathwayBuilder:
    """Draws the steps of one ladder; `whole` leaves nothing out that there may be no room for."""

    features: Mapping[str, Feature]
    regimens: Mapping[str, Regimen]
    language: Language
    place: Place | None
    line: LineRule | None
    limits: Sequence[ScopeLimit]
    whole: bool
    boxes: list[Box] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)

    def build(self, ladder: Step) -> None:
        """Every box, arrow and card below the patients that the guideline is for."""
        inside = self.place.is_inside if self.place else TRUE
        about = self._judge(ladder.only_if, inside)
        gate = self._add_box(
            "gate", self.language.say("map.gate", asks=self._describe(ladder.only_if)), about, self._list_exits()
        )
        self._add_exit(gate)
        self._add_step(ladder, gate, about, "")
        self._clear_elsewhere()
        if not self.whole:
            self._fold_unreached()

    def _clear_elsewhere(self) -> None:
        """A statement that stands on several cards counts for a patient where the patient is, and nowhere else."""
        here = {row.statement for card in self.cards if card.way != "off" for row in card.rows}
        self.cards = [_clear_rows(card, here) if card.way == "off" else card for card in self.cards]

    def _fold_unreached(self) -> None:
        """What is open only because nothing excludes it, and to which no way leads, is folded where another card is reached."""
        reached = {arrow.target for arrow in self.arrows if arrow.way in ("lit", "open", "plain")}
        if any(card.id in reached for card in self.cards):
            self.cards = [
                self._fold(card, "map.unreached") if card.way == "open" and card.id not in reached else card
                for card in self.cards
            ]

    def _list_exits(self) -> str:
        """For whom the guideline does not speak; a patient's own reasons have a box of their own."""
        shorts = list(dict.fromkeys(self.language.tell(limit.short) for limit in self.limits))
        told = self.language.join_with_or(shorts) if self.whole else self.language.join_few(shorts, EXITS)
        return self.language.say("map.exits", told=told) if shorts and self.place is None else ""

    def _add_exit(self, gate: str) -> None:
        """Why the guideline does not speak for this patient, or what of that is open."""
        truths = {limit.short: self.place.judge_all([limit.if_]) for limit in self.limits} if self.place else {}
        for wanted in (TRUE, UNKNOWN):
            shorts = [self.language.tell(short) for short, truth in truths.items() if truth is wanted]
            if shorts:
                text = self.language.join_few(shorts, EXITS)
                self._add_arrow(gate, self._add_box("exit", self.language.say(f"map.exit.{wanted.value}"), wanted, text), wanted)
                return

    def _add_step(self, step: Step, source: str, reach: Truth, title: str) -> None:
        if isinstance(step, Leaf):
            self._add_card(step, source, reach, title)
            return
        if self.line and step.feature.name == self.line.feature:
            self._add_counted_lines(step, source, reach)
        else:
            answers = self._add_question(step.feature, [branch.cell for branch in step.branches], source, reach)
            for branch, (answer, truth) in zip(step.branches, answers, strict=True):
                self._add_step(branch.below, answer, truth, "")
        if step.beside:
            self._add_card(step.beside, source, reach, self._name_beside(step.beside))

    def _name_beside(self, leaf: Leaf) -> str:
        """The title of the only statement, or that these stand beside the decision."""
        return self.language.tell(leaf.asked[0].statement.title) if len(leaf.asked) == 1 else self.language.say("map.beside")

    # -- how lines are counted -------------------------------------------------------------------------

    def _add_counted_lines(self, fork: Fork, source: str, reach: Truth) -> None:
        """The decisions by which the line is told, and below them one card for each line."""
        assert self.line is not None
        before = tuple(self.features[name] for name in self.line.before)
        lines = Lines(before, self.features[self.line.progressed], len(fork.feature.values))
        ends = [(branch, self._add_line(fork.feature, branch, reach)) for branch in fork.branches]
        by_word = {word: end for branch, end in ends for word in list_words_left(branch.cell.value) or ()}
        self._add_before(lines, 0, 0, source, reach, [by_word.get(word, "") for word in fork.feature.values])

    def _add_line(self, feature: Feature, branch: Branch, reach: Truth) -> str:
        """The card of a line, or a stage with what is decided below it."""
        truth = judge_all([reach, self._judge_cell(feature, branch.cell)])
        value = branch.cell.value
        name = self.language.phrases.get(f"line.{value}") or self.language.tell(branch.cell.name)
        if isinstance(branch.below, Leaf):
            return self._add_card(branch.below, "", truth, name)
        id_ = self._add_box("stage", capitalize_first(name), truth)
        self._add_step(branch.below, id_, truth, name)
        return id_

    def _add_before(self, lines: Lines, depth: int, offset: int, source: str, reach: Truth, ends: Sequence[str]) -> None:
        """One question for each thing that counts as a line before the others, then how many have ended."""
        if depth == len(lines.before):
            self._add_count(lines, offset, source, reach, ends)
            return
        feature = lines.before[depth]
        words = sorted(feature.values, key=lambda word: word == YES)  # what counts as a line more stands further to the right
        answers = self._add_question(feature, [Cell(word, word) for word in words], source, reach)
        for word, (answer, truth) in zip(words, answers, strict=True):
            self._add_before(lines, depth + 1, offset + (word == YES), answer, truth, ends)

    def _add_count(self, lines: Lines, offset: int, source: str, reach: Truth, ends: Sequence[str]) -> None:
        last, most = lines.words - 1 - offset, lines.progressed.high or float("inf")
        cells = [Cell(Interval(float(n), float(n) if n < last else most), "") for n in range(last + 1)]
        answers = self._add_question(lines.progressed, cells, source, reach)
        for number, (answer, truth) in enumerate(answers):
            if target := ends[number + offset]:
                self._add_arrow(answer, target, truth)

    # -- boxes and arrows ------------------------------------------------------------------------------

    def _add_question(self, feature: Feature, cells: Sequence[Cell], source: str, reach: Truth) -> list[tuple[str, Truth]]:
        """A decision with its answers; gives for each answer where its way begins, and whether it is the patient's."""
        truths = [judge_all([reach, self._judge_cell(feature, cell)]) for cell in cells]
        id_ = f"question{len(self.boxes) + 1}"
        replies = tuple(
            Reply(f"{id_}.{number}", self._name_cell(feature, cell), way_of(self.place, truth))
            for number, (cell, truth) in enumerate(zip(cells, truths, strict=True), 1)
        )
        fact = self.place.describe_fact(feature) if self.place and reach is not FALSE else ""
        self.boxes.append(Box(id_, "question", f"{self.language.tell(feature.label)}?", way_of(self.place, reach), fact, replies))
        self._add_arrow(source, id_, reach)
        return [(reply.id, truth) for reply, truth in zip(replies, truths, strict=True)]

    def _add_box(self, kind: BoxKind, text: str, truth: Truth, more: str = "") -> str:
        id_ = f"{kind}{len(self.boxes) + 1}"
        self.boxes.append(Box(id_, kind, text, way_of(self.place, truth), more))
        return id_

    def _add_arrow(self, source: str, target: str, truth: Truth) -> None:
        self.arrows.append(Arrow(source, target, way_of(self.place, truth)))

    def _judge(self, conditions: Sequence[Condition], reach: Truth) -> Truth:
        return judge_all([reach, self.place.judge_all(conditions)]) if self.place and conditions else reach

    def _judge_cell(self, feature: Feature, cell: Cell) -> Truth:
        return self.place.judge_cell(feature, cell) if self.place else TRUE

    def _name_cell(self, feature: Feature, cell: Cell) -> str:
        """`yes`, `1`, `2 or more`."""
        if not isinstance(cell.value, Interval):
            return self.language.tell(cell.name)
        if cell.value.low == cell.value.high:
            return self.language.tell(format_range(feature, cell.value))
        return self.language.describe_bound(">=", cell.value.low, "")

    # -- cards -----------------------------------------------------------------------------------------

    def _add_card(self, leaf: Leaf, source: str, reach: Truth, title: str) -> str:
        truth = judge_all([self._judge(leaf.only_if, reach), judge_any(self._judge(one.asks, TRUE) for one in leaf.asked)])
        id_ = f"card{len(self.cards) + 1}"
        groups = tuple(self._make_groups(leaf.asked, truth))
        roles = {group.role for group in groups}
        if not title and len(roles) == 1:  # what all do here names the card
            title, groups = roles.pop(), tuple(replace(group, role="") for group in groups)
        way = way_of(self.place, truth)
        card = Card(id_, capitalize_first(title), self._describe(leaf.only_if), way, groups)
        if way == "off" and not self.whole:
            card = self._fold(card, "map.folded")
        self.cards.append(card)
        if source:
            self._add_arrow(source, id_, reach)
        return id_

    def _fold(self, card: Card, key: str) -> Card:
        """The card with how many regimens it has in the place of them and of what they ask."""
        return replace(card, asks="", folded=self.language.say(key, n=len(card.rows)))

    def _make_groups(self, asked: Iterable[Asked], reach: Truth) -> Iterator[Group]:
        """By role and rating, the best role first, advice against a regimen last; what asks more stands below what does not."""
        asked = sorted(asked, key=lambda one: one.statement.rank)
        places = {rating: number for number, rating in enumerate(dict.fromkeys(self._rate(one.statement) for one in asked))}
        ranked = sorted(asked, key=lambda one: self._rank(one, places[self._rate(one.statement)]))
        for (role, rating), same in groupby(ranked, key=lambda one: (self._name_role(one.statement), self._rate(one.statement))):
            yield Group(role, rating, tuple(self._make_item(one, reach) for one in same))

    def _rank(self, one: Asked, place: int) -> tuple[bool, int, int, bool, int, str]:
        """Where a statement stands on its card; `place` is that of its rating. What a patient meets is in the answer's order."""
        statement = one.statement
        assert statement.recommend is not None
        against = statement.recommend.direction == "against"
        unmet = bool(one.asks) and (self.place is None or self.place.judge_all(one.asks) is not TRUE)
        return against, ROLE_ORDER[statement.recommend.role], place, unmet, statement.rank, statement.id

    def _name_role(self, statement: Statement) -> str:
        assert statement.recommend is not None
        against = statement.recommend.direction == "against"
        return self.language.say("map.against" if against else f"map.role.{statement.recommend.role}")

    def _rate(self, statement: Statement) -> str:
        return describe_rating(statement, self.language)

    def _make_item(self, one: Asked, reach: Truth) -> Item:
        text = self._describe_item(one)
        assert one.statement.recommend is not None
        rows = tuple(self._make_row(one.statement, name) for name in one.statement.recommend.regimens if self._is_known(name))
        return Item(text, rows, way_of(self.place, self._judge(one.asks, reach)))

    def _describe_item(self, one: Asked) -> str:
        """`if hormone receptors: positive`; the title of the statement stands for what is long, unless the whole is wanted."""
        told = [ask for ask in one.asks if self.whole or not is_long(ask)]
        asks = self.language.say("map.if", asks=self._describe(told)) if told else ""
        named = any(is_long(ask) for ask in one.asks)
        return "; ".join(filter(None, (self.language.tell(one.statement.title) if named else "", asks)))

    def _is_known(self, name: str) -> bool:
        return name == CURRENT or name in self.regimens

    def _make_row(self, statement: Statement, name: str) -> Row:
        regimen = self.regimens.get(name)
        shown = self.language.tell(regimen.name) if regimen else self.language.say("map.current")
        if self.place is None:
            against = statement.recommend is not None and statement.recommend.direction == "against"
            return Row(statement.id, name, shown, "against" if against else "plain")
        judged = self.place.judged.get((statement.id, name))
        note = self.language.tell(self.place.describe_bar(statement.id, name))
        if not note and self.place.is_held(name):
            note = self.language.say("map.held")
        return Row(statement.id, name, shown, self.place.find_sign(statement.id, name), judged.status if judged else None, note)

    def _describe(self, conditions: Sequence[Condition]) -> str:
        return describe_asks(conditions, self.features, self.language)


def _clear_rows(card: Card, elsewhere: Container[str]) -> Card:
    """The card with nothing said of the statements that the patient meets elsewhere."""

    def clear(row: Row) -> Row:
        return replace(row, sign="off", status=None, note="") if row.statement in elsewhere else row

    def clear_all(group: Group) -> Group:
        return replace(group, items=tuple(replace(item, rows=tuple(map(clear, item.rows))) for item in group.items))

    return replace(card, groups=tuple(map(clear_all, card.groups)))
