"""From the values of a patient to a case file, and from the case file through the engine again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from concordant.decide.judging import make_decision
from concordant.derive.engine import derive_facts
from concordant.errors import ConcordantError
from concordant.logic.conditions import Condition, Not, OneOf, find_features_read
from concordant.logic.intervals import Interval, make_exact_interval
from concordant.logic.truth import TRUE
from concordant.model.features import Feature
from concordant.patient.facts import Value, format_unit, list_words_left
from concordant.readers.explain import explain
from concordant.record.casefile.read import read_case
from concordant.record.casefile.yaml_text import quote_text, to_number_text
from concordant.terminology.names import Words, make_words
from concordant.texts import SourceText, read_text
from concordant.verify.decided import Proving
from concordant.verify.obligations import Question, Rerun
from concordant.verify.space import Assignment, Exact


@dataclass(frozen=True, slots=True)
class Witness:
    """The case file of a patient, and what the engine tells of it; why it does not show what was found, where it does not."""

    case: str
    fails: str = ""
    told: str = ""


class WitnessBench:
    """Writes the case of a patient that was found, and runs it again."""

    def __init__(self, now: Proving) -> None:
        self._now = now

    @cached_property
    def _known_words(self) -> Words:
        return make_words(self._now.knowledge)

    def list_wishes(self, condition: Condition) -> list[Condition]:
        """What is usual of each feature that the patient is made of, so that only what matters is unusual; and no danger."""
        features = self._list_features(condition)
        usual: list[Condition] = [OneOf(f.name, (word,)) for f in features if (word := find_usual_word(f)) is not None]
        names = {feature.name for feature in features}
        return usual + [Not(harm) for harm in self._harms if find_features_read(harm) <= names]

    @cached_property
    def _harms(self) -> list[Condition]:
        """Every bar, unmet check and danger, each once."""
        frame = self._now.ruleset
        bars = [bar.if_ for owned in (*frame.bars.values(), *frame.unmet.values()) for bar in owned.values()]
        return list(dict.fromkeys([*bars, *(danger.if_ for danger in frame.dangers)]))

    def make_witness(self, question: Question, found: Assignment) -> Witness:
        """The shortest case that shows what was found; of one that does not show it, why not."""
        values = {name: to_value(found[name]) for name in self.list_names(question, found)}
        unusual = {name: value for name, value in values.items() if value != find_usual_word(self._now.plan.by_name[name])}
        for stated in (unusual, values):
            witness = self._try_case(question, stated)
            if not witness.fails:
                best = witness if stated is unusual else self._shorten(question, values, unusual, witness)
                return replace(best, fails=self.find_failure(question, self.run_case(best.case)))
        return witness

    def _try_case(self, question: Question, stated: Mapping[str, Value]) -> Witness:
        """The case as it would be written, without writing it: shortening tries many."""
        lines = {name: self.say_value(name, value) for name, value in stated.items()}
        case = self.write_case(question.about, lines, question.says)
        try:
            rerun = self._run(SourceText("witness", {"as_of": f"{self._now.as_of}", "stated": lines}))
        except ConcordantError as error:
            return Witness(case, f"the case is refused: {error.complaints[0]}")
        told = question.tell(rerun) if question.tell is not None else ""
        return Witness(case, self.find_failure(question, rerun), told)

    def _shorten(self, question: Question, values: dict[str, Value], kept: Collection[str], witness: Witness) -> Witness:
        """The case without what is usual, kind by kind, while it still shows what was found."""
        kinds = {name: type(self._now.plan.by_name[name].derive) for name in values if name not in kept}
        for kind in dict.fromkeys(kinds.values()):
            fewer = {name: value for name, value in values.items() if kinds.get(name) is not kind}
            shorter = self._try_case(question, fewer)
            if not shorter.fails:
                values, witness = fewer, shorter
        return witness

    def find_failure(self, question: Question, rerun: Rerun) -> str:
        """Why the case does not show what was found; empty where it does."""
        if explain(question.shown_condition, rerun.facts).truth is not TRUE:
            unlike = [name for name in find_features_read(question.shown_condition) if not _is_exact(rerun.facts[name].value)]
            return f"run again the case does not show it{_list_some(unlike)}"
        if question.seen is not None and not question.seen(rerun):
            return "run again the engine decides otherwise"
        return ""

    def run_case(self, case: str) -> Rerun:
        """A case as the engine sees it."""
        return self._run(read_text(case, "witness"))

    def _run(self, text: SourceText) -> Rerun:
        record = read_case(text, self._now.knowledge, self._known_words, self._now.as_of)
        facts = derive_facts(record, self._now.plan)
        return Rerun(record, facts, make_decision(self._now.ruleset, facts))

    def write_case(self, name: str, stated: Mapping[str, str], because: str) -> str:
        """A case file that states these values, each as it is written."""
        lines = [f"name: {quote_text(name)}", f"as_of: {self._now.as_of}", "stated:"]
        lines += [f"  {name}: {quote_text(value)}" for name, value in stated.items()]
        return "\n".join([*lines, f"because: {quote_text(because)}", "origin: proved", ""])

    def say_value(self, name: str, value: Value) -> str:
        """A value as a case file states it."""
        if isinstance(value, Interval):
            return f"{to_number_text(value)} {format_unit(self._now.plan.by_name[name].unit)}".strip()
        return " or ".join(list_words_left(value) or ())

    def list_names(self, question: Question, found: Assignment) -> list[str]:
        """The features to be stated, in the order of their derivation; what has no meaning for the patient is not."""
        features = [f for f in self._list_features(question.shown_condition) if f.name in found]
        return [f.name for f in features if f.only_if is None or _is_met(f.only_if, found)]

    def _list_features(self, condition: Condition) -> list[Feature]:
        """What the condition rests on, down to what no rule gives."""
        by_name, names, waiting = self._now.plan.by_name, set[str](), list(find_features_read(condition))
        while waiting:
            name = waiting.pop()
            if name in by_name and name not in names:
                names.add(name)
                feature = by_name[name]
                if feature.kind == "inferred":
                    waiting += _list_inputs(feature)
        return [by_name[name] for name in sorted(names, key=self._now.plan.order.__getitem__) if _is_stated(by_name[name])]


def _list_inputs(feature: Feature) -> Iterable[str]:
    return (name for rule in feature.rules for name in find_features_read(rule.if_))


def _is_stated(feature: Feature) -> bool:
    return feature.kind != "inferred" or not feature.rules


def find_usual_word(feature: Feature) -> str | None:
    """What silence means, or else no; nothing is usual of a number or of one of several words."""
    if feature.is_numeric:
        return None
    if feature.absent_means:
        return str(feature.absent_means[0].value)
    return "no" if "no" in feature.values else None


def _is_met(guard: Condition, found: Assignment) -> bool:
    match guard:
        case OneOf(feature=name, values=values):
            return name not in found or found[name] in values
        case Not(arg=arg):
            return not _is_met(arg, found)
        case _:
            return True


def to_value(exact: Exact) -> Value:
    """What a patient has, as the value of a fact."""
    return exact if isinstance(exact, str) else make_exact_interval(exact)


def _is_exact(value: Value) -> bool:
    return isinstance(value, str) or (isinstance(value, Interval) and value.is_exact)


def _list_some(names: list[str]) -> str:
    return f", where these are open: {', '.join(sorted(names)[:5])}" if names else ""
