"""A folder of knowledge files to one compiled Knowledge, with every complaint about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from concordant.author.adjustments import cautions_of, with_cautions
from concordant.author.dictionary import RawFeature, read_features
from concordant.author.effects import with_ratios
from concordant.author.families import spread
from concordant.author.files import compile_sentences, convert, fill
from concordant.compiled import Knowledge, Vocabulary, content_of, from_content
from concordant.complaints import Complaint, ConcordantError
from concordant.drugs import Drug, DrugClass, Regimen
from concordant.features import Axiom, Feature
from concordant.formulas import Formula, Rounding
from concordant.guideline import Danger, Disagreement, Guideline, LedgerRow, Newer, Statement, Transition
from concordant.records import Record, Source
from concordant.texts import Text, read_file
from concordant.trials import Trial

T = TypeVar("T", bound=Record)
CASE_FILES = {"stories", "cases"}


@dataclass(slots=True)
class Built:
    """What came of a folder: the knowledge when it could be compiled, the places (of features by name), the complaints."""

    knowledge: Knowledge | None = None
    complaints: list[Complaint] = field(default_factory=list)
    texts: dict[str, Text] = field(default_factory=dict)
    entries: Mapping[str, RawFeature] = field(default_factory=dict)


def build(root: Path) -> Built:
    """Read and compile every file under `root`. Never raises for a faulty file: see `complaints`."""
    built = Built()
    for path in knowledge_files(root):
        _read(path, root, built)
    drugs = _raw_drugs(built)
    read = read_features(_under(built, "features/"), drugs, _given(built), _under(built, "formulas/"), built.complaints)
    features, axioms, built.entries = read
    if not features:
        return built
    parts = _Parts(built, {feature.name: feature for feature in features}, _given(built))
    knowledge = parts.assemble(features, axioms)
    if knowledge is not None and not built.complaints:
        built.knowledge = from_content(content_of(knowledge))  # as a compiled file gives it, under its fingerprint
    return built


def knowledge_files(root: Path) -> list[Path]:
    """Every knowledge file; the stories and cases beside them are case files."""
    return [path for path in sorted(root.rglob("*.yaml")) if not CASE_FILES & set(path.relative_to(root).parts)]


def _read(path: Path, root: Path, built: Built) -> None:
    name = path.relative_to(root).as_posix()
    try:
        text = read_file(path, name=name)
    except ConcordantError as error:
        built.complaints += error.complaints
        return
    if isinstance(text.value, list if path.name == "ledger.yaml" else dict):
        built.texts[name] = text
    else:
        built.complaints.append(text.complaint((), "this file has not the shape of its folder", "Write `key: value` lines"))


def _under(built: Built, prefix: str) -> Iterator[Text]:
    return (text for name, text in built.texts.items() if name.startswith(prefix))


def _raw_drugs(built: Built) -> dict[str, dict[str, Any]]:
    """The drugs as read, needed before their sentences can be compiled (features are made for each)."""
    raw = (text.value for text in _under(built, "drugs/"))
    return {str(value["id"]): value for value in raw if isinstance(value, dict) and "id" in value}


def _given(built: Built) -> frozenset[str]:
    """The drugs that may be proposed: those of a regimen. Of the others it is enough to know whether they were received."""
    parts = [p for t in _under(built, "regimens/") for p in t.value.get("components") or () if isinstance(p, dict)]
    return frozenset(str(part.get("drug")) for part in parts)


@dataclass(slots=True)
class _Parts:
    """The second pass: features are known, so every sentence can be compiled."""

    built: Built
    features: Mapping[str, Feature]
    given: frozenset[str]

    def assemble(self, features: tuple[Feature, ...], axioms: tuple[Axiom, ...]) -> Knowledge | None:
        classes = self.all_of("classes/", DrugClass)
        drugs = tuple(with_class_rules(drug, self) for drug in self.all_of("drugs/", Drug))
        vocabulary = self.vocabulary()
        statements = self.statements()
        ledgers = self.ledgers()
        guidelines = self.one_each("guideline.yaml", Guideline)
        if vocabulary is None:
            return None
        return Knowledge(
            digest="",
            guidelines=guidelines,
            statements=statements,
            ledgers=ledgers,
            features=features,
            axioms=axioms,
            formulas=self.all_of("formulas/", Formula),
            rounding=next(iter(self.all_of("rounding/", Rounding)), None),
            drugs=drugs,
            regimens=tuple(with_cautions(regimen, drugs) for regimen in self.all_of("regimens/", Regimen)),
            trials=tuple(with_ratios(trial) for trial in self.all_of("trials/", Trial)),
            disagreements=self.all_of("disagreements/", Disagreement),
            newer=self.all_of("newer/", Newer),
            transitions=self.all_of("transitions/", Transition),
            dangers=self.all_of("dangers/", Danger),
            sources=self.all_of("sources/", Source),
            vocabulary=vocabulary,
            classes={c.id: c.name for c in classes},
        )

    def record(self, text: Text, value: Any, kind: type[T]) -> T | None:
        compiled = compile_sentences(text, value, (), self.features, self.built.complaints)
        return convert(text, compiled, kind, self.built.complaints)

    def all_of(self, prefix: str, kind: type[T]) -> tuple[T, ...]:
        """One record a file; a class is kept raw of sentences, because `{drug}` is no feature yet."""
        found = []
        for text in _under(self.built, prefix):
            value = _without_templates(text.value) if kind is DrugClass else text.value
            if (record := self.record(text, value, kind)) is not None:
                found.append(record)
        return tuple(found)

    def one_each(self, ending: str, kind: type[T]) -> tuple[T, ...]:
        texts = [t for name, t in self.built.texts.items() if name.endswith("/" + ending)]
        return tuple(r for r in (self.record(t, t.value, kind) for t in texts) if r is not None)

    def statements(self) -> tuple[Statement, ...]:
        found = []
        for name, text in self.built.texts.items():
            folders = name.split("/")
            if len(folders) != 4 or folders[0] != "guidelines":
                continue
            value = {**text.value, "guideline": folders[1], "version": folders[2]}
            value["number"] = str(value.get("id", "")).rpartition("/")[2]
            if (statement := self.record(text, value, Statement)) is not None:
                found.append(statement)
                self.check_place(text, statement)
        return tuple(found)

    def check_place(self, text: Text, statement: Statement) -> None:
        """The folder and the file name say the same as the id."""
        folder, _, file = text.file.removeprefix("guidelines/").rpartition("/")
        stem = file.removesuffix(".yaml")
        if statement.id != f"{folder}/{statement.number}" or not f"{stem}-".startswith(f"{statement.number}-"):
            says = f"the id '{statement.id}' does not fit the place of the file"
            self.built.complaints.append(text.complaint(("id",), says, "A statement N stands in FOLDER/VERSION/N-slug.yaml"))

    def ledgers(self) -> dict[str, tuple[LedgerRow, ...]]:
        found = {}
        for name, text in self.built.texts.items():
            if name.endswith("/ledger.yaml"):
                rows = convert(text, text.value, list[LedgerRow], self.built.complaints)
                found[name.split("/")[1]] = tuple(rows or ())
        return found

    def vocabulary(self) -> Vocabulary | None:
        merged: dict[str, Any] = {}
        last = None
        for text in _under(self.built, "vocabulary/"):
            told = spread(text, self.built.complaints)
            for key, value in told.items():  # a list, such as the value sets, may stand in several files
                earlier = merged.get(key)
                merged[key] = earlier + value if isinstance(earlier, list) and isinstance(value, list) else value
            last = text
        return convert(last, merged, Vocabulary, self.built.complaints) if last else None


def _without_templates(value: dict[str, Any]) -> dict[str, Any]:
    return {key: value[key] for key in ("id", "name") if key in value}


def _for_any_member(value: dict[str, Any]) -> dict[str, Any]:
    """The rules that need no feature of the drug itself: for members that no regimen holds."""
    return {**value, "unless": [bar for bar in value.get("unless") or () if "{drug}" not in str(bar.get("if"))]}


def with_class_rules(drug: Drug, parts: _Parts) -> Drug:
    """The drug with the rules of its classes written out, `{drug}` and `{drug_name}` filled in."""
    if drug.contains:  # a product is read as its drugs, so it needs no rules of its own
        return drug
    bars, checks, actions = drug.unless + cautions_of(drug), drug.checks, drug.actions
    for text in _under(parts.built, "classes/"):
        general = ("any_drug",) if drug.id in parts.given else ()
        if text.value.get("id") not in (*drug.classes, *general):
            continue
        raw = text.value if drug.id in parts.given else _for_any_member(text.value)
        filled = fill(raw, {"drug": drug.id, "drug_name": drug.name})
        expanded = parts.record(Text(text.file, filled, text.lines), filled, DrugClass)
        if expanded is not None:
            bars += expanded.unless
            checks += expanded.checks
            actions += expanded.actions
    bars = tuple(msgspec.structs.replace(bar, drug=drug.id) for bar in bars)
    return msgspec.structs.replace(drug, unless=bars, checks=checks, actions=actions)
