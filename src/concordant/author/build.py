"""A folder of knowledge files to one compiled Knowledge, with every complaint about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from concordant.author.adjustments import add_cautions, make_cautions
from concordant.author.dictionary import RawFeature, read_features
from concordant.author.effects import add_ratios
from concordant.author.families import expand_families
from concordant.author.figure_rows import make_rows
from concordant.author.files import compile_sentences, convert_to_record, fill_templates
from concordant.errors import Complaint, ConcordantError, quote_word
from concordant.model.accepted import AcceptedFindings
from concordant.model.audit import AuditWords
from concordant.model.cohort import COHORT_FILES
from concordant.model.drugs import Drug, DrugClass, Regimen
from concordant.model.features import Axiom, Feature
from concordant.model.form import Form
from concordant.model.formulas import Formula, Rounding
from concordant.model.guideline import Danger, Disagreement, Guideline, LedgerRow, NewerEvent, Statement, Transition
from concordant.model.knowledge import Knowledge, Translations, Vocabulary, decode_content, encode_content, store_parts
from concordant.model.notes import NoteLanguage, NoteReading, join_languages, join_readings
from concordant.model.simulation import SIMULATION, Simulation
from concordant.model.sources import Record, Source
from concordant.model.trials import Trial
from concordant.texts import SourceText, read_file

T = TypeVar("T", bound=Record)
CASE_FILES = {"stories", "cases", "tables"}


@dataclass(slots=True)
class BuildResult:
    """What came of a folder: the knowledge when it could be compiled, the places (of features by name), the complaints."""

    knowledge: Knowledge | None = None
    complaints: list[Complaint] = field(default_factory=list)
    texts: dict[str, SourceText] = field(default_factory=dict)
    entries: Mapping[str, RawFeature] = field(default_factory=dict)


def build_knowledge(root: Path) -> BuildResult:
    """Read and compile every file under `root`. Never raises for a faulty file: see `complaints`."""
    built = BuildResult()
    for path in find_knowledge_files(root):
        _read_knowledge_file(path, root, built)
    drugs = _collect_raw_drugs(built)
    read = read_features(
        _iter_texts_under(built, "features/"),
        drugs,
        _collect_given_drugs(built),
        _iter_texts_under(built, "formulas/"),
        built.complaints,
    )
    features, axioms, built.entries = read
    if not features:
        return built
    parts = _Assembler(built, {feature.name: feature for feature in features}, _collect_given_drugs(built))
    knowledge = parts.assemble_knowledge(features, axioms)
    if knowledge is not None and not built.complaints:
        built.knowledge = decode_content(encode_content(knowledge))  # as a compiled file gives it, under its fingerprint
    return built


def find_knowledge_files(root: Path) -> list[Path]:
    """Every knowledge file; the stories and cases beside them are case files, the tables mappings."""
    return [path for path in sorted(root.rglob("*.yaml")) if not CASE_FILES & set(path.relative_to(root).parts)]


def _read_knowledge_file(path: Path, root: Path, built: BuildResult) -> None:
    name = path.relative_to(root).as_posix()
    try:
        text = read_file(path, name=name)
    except ConcordantError as error:
        built.complaints += error.complaints
        return
    if isinstance(text.value, list if path.name == "ledger.yaml" else dict):
        built.texts[name] = text
    else:
        built.complaints.append(text.make_complaint((), "this file has not the shape of its folder", "Write `key: value` lines"))


def _iter_texts_under(built: BuildResult, prefix: str) -> Iterator[SourceText]:
    return (text for name, text in built.texts.items() if name.startswith(prefix))


def _collect_raw_drugs(built: BuildResult) -> dict[str, dict[str, Any]]:
    """The drugs as read, needed before their sentences can be compiled (features are made for each)."""
    raw = (text.value for text in _iter_texts_under(built, "drugs/"))
    return {str(value["id"]): value for value in raw if isinstance(value, dict) and "id" in value}


def _collect_given_drugs(built: BuildResult) -> frozenset[str]:
    """The drugs that may be proposed: those of a regimen. Of the others it is enough to know whether they were received."""
    parts = [p for t in _iter_texts_under(built, "regimens/") for p in t.value.get("components") or () if isinstance(p, dict)]
    return frozenset(str(part.get("drug")) for part in parts)


@dataclass(slots=True)
class _Assembler:
    """The second pass: features are known, so every sentence can be compiled."""

    built: BuildResult
    features: Mapping[str, Feature]
    given: frozenset[str]

    def assemble_knowledge(self, features: tuple[Feature, ...], axioms: tuple[Axiom, ...]) -> Knowledge | None:
        classes = self.compile_files_under("classes/", DrugClass)
        drugs = tuple(add_class_rules(drug, self) for drug in self.compile_files_under("drugs/", Drug))
        vocabulary = self.read_vocabulary()
        trials = tuple(add_ratios(trial) for trial in self.compile_files_under("trials/", Trial))
        statements = self.compile_statements()
        ledgers = self.read_ledgers()
        guidelines = self.compile_matching("guideline.yaml", Guideline)
        if vocabulary is None:
            return None
        return Knowledge(
            digest="",
            guidelines=guidelines,
            statements=statements,
            ledgers=ledgers,
            features=features,
            axioms=axioms,
            formulas=self.compile_files_under("formulas/", Formula),
            rounding=next(iter(self.compile_files_under("rounding/", Rounding)), None),
            drugs=drugs,
            regimens=tuple(add_cautions(regimen, drugs) for regimen in self.compile_files_under("regimens/", Regimen)),
            trials=trials,
            disagreements=self.compile_files_under("disagreements/", Disagreement),
            newer=self.compile_files_under("newer/", NewerEvent),
            transitions=self.compile_files_under("transitions/", Transition),
            dangers=self.compile_files_under("dangers/", Danger),
            sources=self.compile_files_under("sources/", Source),
            vocabulary=vocabulary,
            classes={c.id: c.name for c in classes},
            form=next(iter(self.compile_files_under("form/", Form)), Form()),
            stored=store_parts(
                notes=self.read_note_languages(),
                audit=msgspec.structs.replace(self.read_audit_words(), rows=tuple(make_rows(trials))),
                told=self.read_translations(),
            ),
            accepted=tuple(x for file in self.compile_files_under("accepted/", AcceptedFindings) for x in file.accepted),
            cohort=self.pack_cohort_files(),
        )

    def pack_cohort_files(self) -> dict[str, bytes]:
        """What only a cohort asks for, each file as the bytes of its record."""
        kinds: dict[str, type[Record]] = {**COHORT_FILES, SIMULATION: Simulation}
        texts = {name: self.built.texts.get(f"cohort/{name}.yaml") for name in kinds}
        found = {name: self.compile_record(text, text.value, kinds[name]) for name, text in texts.items() if text}
        return {name: msgspec.msgpack.encode(record) for name, record in found.items() if record is not None}

    def compile_record(self, text: SourceText, value: Any, kind: type[T]) -> T | None:
        compiled = compile_sentences(text, value, (), self.features, self.built.complaints)
        return convert_to_record(text, compiled, kind, self.built.complaints)

    def compile_files_under(self, prefix: str, kind: type[T]) -> tuple[T, ...]:
        """One record a file; a class is kept raw of sentences, because `{drug}` is no feature yet."""
        records = []
        for text in _iter_texts_under(self.built, prefix):
            value = _drop_templates(text.value) if kind is DrugClass else text.value
            if (record := self.compile_record(text, value, kind)) is not None:
                records.append(record)
        return tuple(records)

    def compile_matching(self, ending: str, kind: type[T]) -> tuple[T, ...]:
        texts = [t for name, t in self.built.texts.items() if name.endswith("/" + ending)]
        return tuple(r for r in (self.compile_record(t, t.value, kind) for t in texts) if r is not None)

    def compile_statements(self) -> tuple[Statement, ...]:
        statements = []
        for name, text in self.built.texts.items():
            folders = name.split("/")
            if len(folders) != 4 or folders[0] != "guidelines":
                continue
            value = {**text.value, "guideline": folders[1], "version": folders[2]}
            value["number"] = str(value.get("id", "")).rpartition("/")[2]
            if (statement := self.compile_record(text, value, Statement)) is not None:
                statements.append(statement)
                self.check_place(text, statement)
        return tuple(statements)

    def check_place(self, text: SourceText, statement: Statement) -> None:
        """The folder and the file name say the same as the id."""
        folder, _, file = text.file.removeprefix("guidelines/").rpartition("/")
        stem = file.removesuffix(".yaml")
        if statement.id != f"{folder}/{statement.number}" or not f"{stem}-".startswith(f"{statement.number}-"):
            says = f"the id '{statement.id}' does not fit the place of the file"
            self.built.complaints.append(text.make_complaint(("id",), says, "A statement N stands in FOLDER/VERSION/N-slug.yaml"))

    def read_ledgers(self) -> dict[str, tuple[LedgerRow, ...]]:
        ledgers = {}
        for name, text in self.built.texts.items():
            if name.endswith("/ledger.yaml"):
                rows = convert_to_record(text, text.value, list[LedgerRow], self.built.complaints)
                ledgers[name.split("/")[1]] = tuple(rows or ())
        return ledgers

    def read_note_languages(self) -> NoteReading:
        """What notes are read with: by language, of all files under `notes/CODE/`, and where their facts stand in a case file."""
        files: dict[str, list[NoteLanguage]] = {}
        for text in _iter_texts_under(self.built, "notes/"):
            code = text.file.split("/")[1]
            if code.endswith(".yaml"):
                continue
            if (read := convert_to_record(text, text.value, NoteLanguage, self.built.complaints)) is not None:
                files.setdefault(code, []).append(read)
        shared = [text for text in _iter_texts_under(self.built, "notes/") if text.file.count("/") == 1]
        beside = [convert_to_record(text, text.value, NoteReading, self.built.complaints) for text in shared]
        return join_readings({code: join_languages(parts) for code, parts in files.items()}, [part for part in beside if part])

    def read_translations(self) -> dict[str, Translations]:
        """The texts of each language, of all files under `languages/CODE/`."""
        files: dict[str, list[Translations]] = {}
        known: set[tuple[str, str]] = set()
        for text in _iter_texts_under(self.built, "languages/"):
            code = text.file.split("/")[1]
            if (read := convert_to_record(text, text.value, Translations, self.built.complaints)) is not None:
                files.setdefault(code, []).append(read)
                self.check_told_once(text, code, read, known)
        return {
            code: Translations(
                texts=tuple(one for part in parts for one in part.texts), neutral=tuple(w for part in parts for w in part.neutral)
            )
            for code, parts in files.items()
        }

    def check_told_once(self, text: SourceText, code: str, read: Translations, known: set[tuple[str, str]]) -> None:
        for i, one in enumerate(read.texts):
            if (code, one.says) in known:
                says = f"{quote_word(one.says)} is told twice"
                self.built.complaints.append(text.make_complaint(("texts", i), says, "Keep one of the two"))
            known.add((code, one.says))

    def read_audit_words(self) -> AuditWords:
        """The words of claims, of all files that are called so; what is a list in several of them is one list."""
        texts = [t for t in _iter_texts_under(self.built, "language/") if t.file.rpartition("/")[2].startswith("audit")]
        found = [convert_to_record(text, text.value, AuditWords, self.built.complaints) for text in texts]
        merged: dict[str, Any] = {}
        for words in filter(None, found):
            for name in words.__struct_fields__:
                value = getattr(words, name)
                merged[name] = (
                    merged[name] | value
                    if isinstance(value, dict) and name in merged
                    else value + merged.get(name, ())
                    if isinstance(value, tuple)
                    else value
                )
        return AuditWords(**merged)

    def read_vocabulary(self) -> Vocabulary | None:
        merged: dict[str, Any] = {}
        last = None
        for text in _iter_texts_under(self.built, "vocabulary/"):
            expanded = expand_families(text, self.built.complaints)
            for key, value in expanded.items():  # a list, such as the value sets, may stand in several files
                earlier = merged.get(key)
                merged[key] = earlier + value if isinstance(earlier, list) and isinstance(value, list) else value
            last = text
        return convert_to_record(last, merged, Vocabulary, self.built.complaints) if last else None


def _drop_templates(value: dict[str, Any]) -> dict[str, Any]:
    return {key: value[key] for key in ("id", "name") if key in value}


def _drop_drug_templates(value: dict[str, Any]) -> dict[str, Any]:
    """The rules that need no feature of the drug itself: for members that no regimen holds."""
    return {**value, "unless": [bar for bar in value.get("unless") or () if "{drug}" not in str(bar.get("if"))]}


def add_class_rules(drug: Drug, parts: _Assembler) -> Drug:
    """The drug with the rules of its classes written out, `{drug}` and `{drug_name}` filled in."""
    if drug.contains:  # a product is read as its drugs, so it needs no rules of its own
        return drug
    bars, checks, actions = drug.unless + make_cautions(drug), drug.checks, drug.actions
    for text in _iter_texts_under(parts.built, "classes/"):
        general = ("any_drug",) if drug.id in parts.given else ()
        if text.value.get("id") not in (*drug.classes, *general):
            continue
        raw = text.value if drug.id in parts.given else _drop_drug_templates(text.value)
        filled = fill_templates(raw, {"drug": drug.id, "drug_name": drug.name})
        expanded = parts.compile_record(SourceText(text.file, filled, text.lines), filled, DrugClass)
        if expanded is not None:
            bars += expanded.unless
            checks += expanded.checks
            actions += expanded.actions
    bars = tuple(msgspec.structs.replace(bar, drug=drug.id) for bar in bars)
    return msgspec.structs.replace(drug, unless=bars, checks=checks, actions=actions)
