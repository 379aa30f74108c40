"""A careless answer to the first question made 22 mistakes: for each, what the answer says instead, as data and on the page.

Every row can fail: it is shown the careless answer too, and must refuse it.
"""

from __future__ import annotations

import copy
import datetime as dt
import functools
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from concordant.answer.engine import answer_record
from concordant.library import FOLDER
from concordant.model.knowledge import Knowledge
from concordant.present.as_json import render_json
from concordant.present.terminal import render_terminal
from concordant.record.casefile.read import read_case
from concordant.terminology.names import Words
from concordant.texts import read_text

Answer = dict[str, Any]
Holds = Callable[[Answer], bool]
Spoil = Callable[[Answer, str], tuple[Answer, str]]

CASES = FOLDER / "cases"
TDXD, TDM1 = "trastuzumab-deruxtecan-5.4-q3w", "trastuzumab-emtansine-3.6-q3w"
THP, TUCATINIB = "trastuzumab-pertuzumab-docetaxel-q3w", "tucatinib-trastuzumab-capecitabine"
NOT_READ = {"references", "name", "check", "regimen", "statement", "statements", "feature", "then", "entries", "entry"}


# What an answer holds ------------------------------------------------------------------------------------------------


def texts(value: Any) -> Iterator[str]:
    """Every text of an answer that a person reads."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from texts(item) if key not in NOT_READ else ()
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)
    elif isinstance(value, str):
        yield value


def offered(answer: Answer) -> dict[str, Answer]:
    """The offered options by regimen."""
    return {o["regimen"]: o for o in answer["options"] if o["status"] in ("applies", "applies_if_checked")}


def number_of(answer: Answer, source: str) -> int:
    """The number under which a source is listed, or 0."""
    return next((int(r["n"]) for r in answer["references"] if r["ref"] == source), 0)


def cites(part: Answer, answer: Answer, source: str, at: str = "") -> bool:
    """Whether a part of an answer rests on a source (and a place in it)."""
    number = number_of(answer, source)
    return any(ref["n"] == number and at in ref["at"] for ref in part["refs"])


def grade(answer: Answer, regimen: str, statement: str) -> tuple[str, str]:
    """Strength and evidence of one statement in the chain of an option."""
    link = next(c for c in offered(answer)[regimen]["chain"] if c["statement"] == f"asco-her2-abc/{statement}")
    return link["grade"]["strength"], link["grade"]["evidence"]


def figures(answer: Answer, trial: str) -> list[tuple[str, str, str, str]]:
    """Cut, endpoint, values and effect of every figure of a trial."""
    return [
        (row["cut"], e["endpoint"], " v ".join(e["values"]), f"{e['effect']} {e['p']} {e['note']}")
        for option in answer["options"]
        for row in option["evidence"]
        if row["trial"] == trial
        for e in row["estimates"]
    ]


def says(answer: Answer, part: str, *patterns: str) -> bool:
    """Whether the actions, checks ... of an answer say each of these."""
    said = " | ".join(texts(answer[part]))
    return all(re.search(pattern, said, re.IGNORECASE) for pattern in patterns)


def action(answer: Answer, words: str) -> Answer:
    return next(a for a in answer["actions"] if re.search(words, a["says"]))


def states(answer: Answer) -> dict[str, str]:
    """The state of each check."""
    return {check["check"]: check["state"] for check in answer["checks"]}


def uses(answer: Answer, number: str) -> set[str]:
    """The offered regimens that rest on a numbered statement."""
    return {name for name, o in offered(answer).items() if f"asco-her2-abc/{number}" in o["statements"]}


def her2_targeted(option: Answer) -> bool:
    return any(word in drug for drug in option["drugs"] for word in ("trastuzumab", "pertuzumab", "lapatinib", "tucatinib"))


def lacking_a_source(answer: Answer) -> list[str]:
    """What an answer asserts without a numbered reference."""
    listed = {r["n"] for r in answer["references"]}
    parts: list[tuple[str, Answer]] = [(a["says"], a) for a in answer["actions"]]
    parts += [(c["label"], c) for c in answer["checks"]]
    parts += [(a["why"], a) for a in answer["avoid"]]
    for option in answer["options"]:
        parts += [(link["statement"], link) for link in option["chain"]]
        parts += [(f"dose of {dose['drug']}", dose) for dose in option["dose"]]
        parts += [(f"{row['trial']} {row['analysis']}", row) for row in option["evidence"]]
    bare = [name for name, part in parts if not part["refs"] or not {ref["n"] for ref in part["refs"]} <= listed]
    cited = [*answer["disagreements"], *answer["newer"], *(c for o in answer["options"] for c in o["cautions"])]
    return bare + [text for text in cited if not re.search(r"\[\d+", text)]


def without_a_cut(answer: Answer) -> list[str]:
    """Rows of evidence that name neither the year of their data nor that it was not seen."""
    rows = [row for option in answer["options"] for row in option["evidence"]]
    return [row["trial"] for row in rows if not re.search(r"\b20\d\d\b|not seen", row["cut"])]


# What a row is -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """One correction: what was said carelessly, of which patient, and what is said instead."""

    id: str
    careless: str
    case: str
    changes: tuple[tuple[str, str], ...] = ()
    holds: Holds = lambda answer: True
    page: tuple[str, ...] = ()
    never: tuple[str, ...] = ()  # neither on the page nor in the data
    spoil: Spoil | None = None


def faults(row: Row, answer: Answer, text: str) -> list[str]:
    """What is wrong with an answer by the light of one correction."""
    flat = " ".join(text.split())
    found = [f"the page lacks {pattern!r}" for pattern in row.page if not re.search(pattern, flat)]
    said = f"{flat}\n" + "\n".join(texts(answer))
    found += [f"says {pattern!r}" for pattern in row.never if re.search(pattern, said, re.IGNORECASE)]
    try:
        held = row.holds(answer)
    except (KeyError, StopIteration):  # what should be there is not there at all
        held = False
    return found if held else [*found, "the data do not hold it"]


def spoilt(change: Callable[[Answer], object], *words: tuple[str, str]) -> Spoil:
    """A careless answer: the data changed in place, and words of the page exchanged."""

    def spoil(answer: Answer, text: str) -> tuple[Answer, str]:
        wrong = copy.deepcopy(answer)
        change(wrong)
        for old, new in words:
            text = re.sub(old, new, text)
        return wrong, text

    return spoil


def said_instead(part: str, text: str) -> Spoil:
    """A careless answer: one sentence more, in the data and on the page."""

    def add(answer: Answer) -> None:
        plain = part in ("disagreements", "newer", "assumed")
        answer[part].append(text if plain else {"kind": "duration", "says": text, "statements": [], "refs": []})

    return spoilt(add, (r"\Z", f"\n{text}\n"))


def splice(answer: Answer) -> None:
    """Put the hazard ratio of the first analysis beside the median of the second."""
    for row in answer["options"][0]["evidence"]:
        for estimate in row["estimates"]:
            if estimate["values"][0].startswith("28.8"):
                estimate["effect"], estimate["p"] = "HR 0.28 (95 % CI 0.22-0.37)", "<0.001"


def one_year_for_survival(answer: Answer) -> None:
    """Call the survival at two years one at one year."""
    for estimate in (e for o in answer["options"] for row in o["evidence"] for e in row["estimates"]):
        estimate["endpoint"] = estimate["endpoint"].replace("overall survival at 2 years", "overall survival at 1 year")


def set_all(parts: list[Answer], **fields: Any) -> None:
    for part in parts:
        part.update(fields)


def set_grade(answer: Answer, statement: str, strength: str, evidence: str) -> None:
    for option in answer["options"]:
        for link in option["chain"]:
            if link["statement"] == f"asco-her2-abc/{statement}":
                link["grade"] |= {"strength": strength, "evidence": evidence}


def offer(answer: Answer, regimen: str, role: str, *statements: str) -> None:
    """Offer one more regimen, first."""
    option = {"regimen": regimen, "role": role, "status": "applies", "statements": list(statements), "drugs": [], "refs": []}
    rest = {"chain": [], "label": {"fit": "on", "because": "", "refs": []}, "cautions": [], "dose": [], "evidence": []}
    answer["options"].insert(0, option | rest)


def drop(answer: Answer, part: str, words: str) -> None:
    answer[part] = [one for one in answer[part] if not re.search(words, " ".join(texts(one)))]


# The rows ------------------------------------------------------------------------------------------------------------

TODAY = ("as_of: 2022-09-20", "as_of: 2026-06-01")
FOURTEEN = ("recurrence: 8 months", "recurrence: 14 months")
FIVE = ("recurrence: 8 months", "recurrence: 5 months")
EARLIER_TDXD = ("[docetaxel, carboplatin, trastuzumab]", "[trastuzumab deruxtecan]")
NO_TAXANE = ("[docetaxel, trastuzumab, pertuzumab]", "[vinorelbine, trastuzumab, pertuzumab]")
NO_PERTUZUMAB = ("[docetaxel, trastuzumab, pertuzumab]", "[docetaxel, trastuzumab]")
LUNG_CONTRAINDICATION = r"contraindicat[^.|\n]{0,80}(interstitial|pneumonitis|\bILD\b|lung)"
LUNG_CONTRAINDICATED = r"(interstitial|pneumonitis|\bILD\b|lung disease)[^.|\n]{0,80}contraindicat"


def pairs_one_cut(answer: Answer) -> bool:
    """28.8 months stands with 0.33 and as exploratory, 0.28 with a median not reached; each cut has its own figures."""
    progression = [f for f in figures(answer, "DESTINY-Breast03") if f[1] == "progression-free survival"]
    second = [f for f in progression if "28.8" in f[2]]
    first = [f for f in progression if "0.28 " in f[3]]
    return (
        len(second) == len(first) == 1
        and "2022" in second[0][0]
        and "HR 0.33" in second[0][3]
        and "exploratory" in second[0][3]
        and "2021" in first[0][0]
        and "not reached" in first[0][2]
    )


def survival_by_cut(answer: Answer) -> bool:
    """Overall survival: tested in 2022, exploratory in 2023."""
    rows = [f for f in figures(answer, "DESTINY-Breast03") if f[1] == "overall survival"]
    tested = [f for f in rows if "0.64" in f[3] and "2022" in f[0] and "0.0037" in f[3]]
    later = [f for f in rows if "52.6 v 42.7" in f[2] and "0.73" in f[3] and "2023" in f[0] and "exploratory" in f[3]]
    return len(tested) == len(later) == 1


def asks_the_interval(answer: Answer) -> bool:
    """The interval is a blocking question with two branches and two answers."""
    asked = {q["feature"]: q for q in answer["ask"]}["months_from_adjuvant_her2_therapy_to_recurrence"]
    then = {change["if"]: change["then"] for change in asked["changes"]}
    return bool(asked["blocking"]) and then == {"<= 12 months": [TDXD], "> 12 months": [THP]}


def lung_is_a_precaution(answer: Answer) -> bool:
    kinds = {drug: a["kind"] for a in answer["avoid"] for drug in a["drugs"] if a["kind"] != "against"}
    return kinds["trastuzumab deruxtecan"] in ("precaution", "trial_exclusion") and "contraindication" not in kinds.values()


def her2climb_as_it_is(answer: Answer) -> bool:
    """One year for progression, two years for survival, after trastuzumab emtansine, extrapolated after deruxtecan."""
    rows = [row for o in answer["options"] for row in o["evidence"] if row["trial"] == "HER2CLIMB"]
    shown = {(f[1], f[2]) for f in figures(answer, "HER2CLIMB")}
    return (
        ("progression-free survival at 1 year", "33.1 v 12.3") in shown
        and ("overall survival at 2 years", "44.9 v 26.6") in shown
        and not any("overall survival" in endpoint and "1 year" in endpoint for endpoint, _ in shown)
        and all("trastuzumab emtansine" in row["population"] + row["caveat"] for row in rows)
        and any("extrapolation" in row["caveat"] for row in rows)
    )


def endocrine_apart(answer: Answer) -> bool:
    """With a HER2-targeted drug by 6.0.2, alone by 8.0, never the one under the number of the other."""
    options = offered(answer)
    return all(her2_targeted(options[r]) for r in uses(answer, "6.0.2")) and not any(
        her2_targeted(options[r]) for r in uses(answer, "8.0")
    )


def heart_by_its_own_label(answer: Answer) -> bool:
    """Each conjugate's own label, its own interval and its own threshold."""
    hearts = [a for a in answer["actions"] if a["kind"] == "monitoring" and "LVEF" in a["says"]]
    deruxtecan = [a for a in hearts if "deruxtecan" in a["says"]]
    return (
        bool(deruxtecan)
        and all(cites(a, answer, "enhertu-uspi") for a in deruxtecan)
        and any("no fixed interval" in a["says"] for a in deruxtecan)
        and not any(re.search("every 3 months|every 12 weeks", a["says"]) for a in deruxtecan)
        and cites(action(answer, "LVEF under 40 % or fall of more than 20 points"), answer, "enhertu-uspi")
    )


def guards_are_checked(answer: Answer) -> bool:
    wanted = {
        "her2_metastasis",
        "performance_status",
        "lvef",
        "heart_failure",
        "liver",
        "neutrophils",
        "platelets",
        "brain",
        "pregnancy",
    }
    return {name for name, state in states(answer).items() if state == "missing"} >= wanted


ROWS = [
    Row(
        "S1",
        "strong recommendation on high-quality evidence for trastuzumab deruxtecan in second line",
        "A25",
        holds=lambda a: grade(a, TDXD, "2.1") == ("strong", "moderate") and a["options"][0]["grade"]["evidence"] == "moderate",
        page=(r"preferred · strong recommendation, moderate evidence \[\d+: 2\.1\]",),
        never=(r"high(-quality)? evidence \[\d+: 2\.1\]",),
        spoil=spoilt(lambda a: set_grade(a, "2.1", "strong", "high"), ("moderate evidence", "high evidence")),
    ),
    Row(
        "S2-progression",
        "28.8 v 6.8 months, hazard ratio 0.28, P <0.001: a median of one analysis, a ratio of another",
        "A25",
        (TODAY,),
        pairs_one_cut,
        page=(r"28\.8 \(22\.4-37\.9\) v 6\.8[^H]{0,30}HR 0\.33",),
        never=(r"28\.8[^\n]{0,60}HR 0\.28", r"HR 0\.28[^\n]{0,20}28\.8"),
        spoil=spoilt(splice, (r"(28\.8 \(22\.4-37\.9\) v 6\.8[^H]{0,30})HR 0\.33", r"\1HR 0.28")),
    ),
    Row(
        "S2-survival",
        "no overall survival at all",
        "A25",
        (TODAY,),
        survival_by_cut,
        page=(r"HR 0\.64", r"52\.6 v 42\.7"),
        spoil=spoilt(lambda a: a["options"][0].update(evidence=[])),
    ),
    Row(
        "S2-first-cut",
        "28.8 months, before anybody had published it",
        "A25",
        never=(r"28\.8",),
        page=(r"not reached (?:\S+ ){0,9}.{0,40}HR 0\.28",),
        spoil=said_instead("newer", "The median was 28.8 months. [1]"),
    ),
    Row(
        "S3-advanced",
        "the standard of care, whatever came before (deruxtecan was the last regimen)",
        "A07",
        holds=lambda a: TDXD not in offered(a) and any(x["drugs"] == ["trastuzumab deruxtecan"] for x in a["avoid"]),
        never=(r"preferred\. Strong recommendation",),
        spoil=spoilt(lambda a: offer(a, TDXD, "preferred", "asco-her2-abc/2.1")),
    ),
    Row(
        "S3-adjuvant",
        "the standard of care, whatever came before (deruxtecan after surgery)",
        "A27",
        holds=lambda a: TDXD not in offered(a) and not uses(a, "2.1") and a["line_of_therapy"] == "second",
        page=("no second-line statement for a patient who has already had trastuzumab deruxtecan",),
        spoil=spoilt(lambda a: offer(a, TDXD, "preferred", "asco-her2-abc/2.1")),
    ),
    Row(
        "S3-neoadjuvant",
        "the standard of care, whatever came before (deruxtecan before surgery)",
        "A26",
        (EARLIER_TDXD,),
        lambda a: TDXD not in offered(a) and not uses(a, "2.1"),
        page=("no second-line statement for a patient who has already had trastuzumab deruxtecan",),
    ),
    Row("S3-naive", "(the same patient without it is offered it)", "A26", holds=lambda a: TDXD in uses(a, "2.1")),
    Row(
        "S3-early-approval",
        "earlier exposure is not thought of, though deruxtecan is approved in early disease",
        "A25",
        (TODAY,),
        lambda a: says(a, "newer", "15 May 2026.*early", "Earlier exposure"),
        page=("15 May 2026",),
    ),
    Row(
        "S4",
        "ten cycles show resistance to trastuzumab",
        "P01",
        holds=lambda a: a["answer"] == "needs_data" and asks_the_interval(a) and not uses(a, "2.1"),
        page=("Cannot decide until this is known: interval", r"How long after the last dose of \(neo\)adjuvant trastuzumab"),
        never=("resistan",),
        spoil=said_instead("assumed", "Ten cycles indicate resistance."),
    ),
    Row(
        "S5-asked",
        "since she finished 12 months or less before: taken for granted",
        "P01",
        holds=lambda a: asks_the_interval(a) and a["line_of_therapy"] is None,
        page=(r"12 months or less\s+second line: trastuzumab deruxtecan", r"more than 12 months\s+first line"),
        never=(r"Interval from adjuvant[^.;\n]*: \d+ months",),
        spoil=spoilt(lambda a: a.update(ask=[], answer="recommends", line_of_therapy="second")),
    ),
    Row(
        "S5-during",
        "the interval starts only when the adjuvant course was completed",
        "A26",
        holds=lambda a: a["line_of_therapy"] == "second" and TDXD in uses(a, "5.0"),
        page=("recurrence: 0 months .recurrence during the adjuvant course",),
        spoil=spoilt(lambda a: a.update(line_of_therapy="first")),
    ),
    Row(
        "S6",
        "the 12 months of the guideline are the label's too",
        "A25",
        holds=lambda a: (
            a["line_of_therapy"] == "second"
            and TDXD in uses(a, "5.0")
            and offered(a)[TDXD]["label"]["fit"] == "off"
            and offered(a)[TDM1]["label"]["fit"] == "off"
            and says(a, "disagreements", "within 6 months")
        ),
        page=("second line .an early relapse counts", "Outside the label: the trastuzumab deruxtecan label.*within 6 months"),
        spoil=spoilt(lambda a: a["options"][0]["label"].update(fit="on")),
    ),
    Row(
        "S6-within",
        "(at five months guideline and label agree)",
        "A25",
        (FIVE,),
        lambda a: a["line_of_therapy"] == "second" and offered(a)[TDXD]["label"]["fit"] == "on",
    ),
    Row(
        "S7-today",
        "trastuzumab, pertuzumab and a taxane are all there is in first line",
        "A25",
        (TODAY, FOURTEEN),
        lambda a: (
            a["line_of_therapy"] == "first"
            and THP in uses(a, "5.1")
            and says(a, "newer", "15 December 2025.*deruxtecan with pertuzumab.*first-line", "40.7 v 26.9")
            and says(a, "disagreements", "high risk of lung disease or after adjuvant trastuzumab deruxtecan")
        ),
        page=("Newer than the guideline", "15 December 2025"),
        spoil=spoilt(lambda a: drop(a, "newer", "15 December 2025")),
    ),
    Row("S7-de-novo", "the same, untreated", "C12", holds=lambda a: THP in uses(a, "1.1"), page=("15 December 2025",)),
    Row(
        "S7-in-2022",
        "(in 2022 nobody could know it)",
        "A25",
        (FOURTEEN,),
        lambda a: THP in uses(a, "5.1") and not a["newer"],
        never=("Breast09", "December 2025", "deruxtecan with pertuzumab"),
        spoil=said_instead("newer", "Trastuzumab deruxtecan with pertuzumab is approved. [1]"),
    ),
    Row(
        "S8-active",
        "contraindicated in interstitial lung disease",
        "A10",
        holds=lambda a: lung_is_a_precaution(a) and TDXD not in offered(a) and says(a, "actions", "pulmonology"),
        never=(LUNG_CONTRAINDICATION, LUNG_CONTRAINDICATED),
        spoil=spoilt(lambda a: set_all(a["avoid"], kind="contraindication")),
    ),
    Row(
        "S8-past",
        "contraindicated after interstitial lung disease",
        "A66",
        holds=lambda a: TDXD in offered(a) and any("kept out of" in c for c in offered(a)[TDXD]["cautions"]),
        page=("needed steroids: such patients were kept out of DESTINY-Breast03; not studied",),
        never=(LUNG_CONTRAINDICATION, LUNG_CONTRAINDICATED),
        spoil=said_instead("assumed", "Contraindicated in pre-existing interstitial lung disease."),
    ),
    Row(
        "S8-label",
        "the label has such a contraindication",
        "A25",
        holds=lambda a: says(
            {"x": offered(a)[TDXD]["label_facts"][0]["contraindications"]}, "x", "US label: none", "EU: hypersens"
        ),
        never=(LUNG_CONTRAINDICATION, LUNG_CONTRAINDICATED),
    ),
    Row(
        "S9",
        "lung disease: give trastuzumab emtansine instead",
        "A10",
        holds=lambda a: TDM1 not in offered(a) and any("trastuzumab emtansine" in x["drugs"] for x in a["avoid"]),
        page=("the label stops trastuzumab emtansine for good", "lung toxicity is a boxed warning of trastuzumab"),
        spoil=spoilt(lambda a: offer(a, TDM1, "alternative", "asco-her2-abc/derived-emtansine-second-line")),
    ),
    Row(
        "S10-none",
        "trastuzumab emtansine needs only earlier trastuzumab",
        "A08",
        (NO_TAXANE,),
        lambda a: offered(a)[TDM1]["label"]["fit"] == "off" and "taxane" in offered(a)[TDM1]["label"]["because"],
        page=("Outside the label: the trastuzumab emtansine label asks for a taxane received",),
        spoil=spoilt(lambda a: offered(a)[TDM1]["label"].update(fit="on", because="")),
    ),
    Row("S10-given", "(with a taxane it is within)", "A08", holds=lambda a: offered(a)[TDM1]["label"]["fit"] == "on"),
    Row(
        "S11",
        "the HER2-targeted agent continues for good when chemotherapy stops (said of a conjugate)",
        "A25",
        holds=lambda a: (
            cites(action(a, "^Trastuzumab deruxtecan.* until progression or unacceptable toxicity"), a, "enhertu-uspi")
            and not any(cites(x, a, "asco-her2-abc-2022", "4.0") for x in a["actions"])
        ),
        page=("Trastuzumab deruxtecan every 3 weeks until progression or unacceptable toxicity",),
        never=("indefinitely", "taxane for about 4 to 6 months"),
        spoil=said_instead("actions", "Continue indefinitely until progression."),
    ),
    Row(
        "S11-separable",
        "(where chemotherapy can stop alone, 4.0 is the source)",
        "A20",
        holds=lambda a: cites(action(a, "taxane for about 4 to 6 months.*unacceptable toxicity"), a, "asco-her2-abc-2022", "4.0"),
    ),
    Row(
        "S12",
        "the tucatinib regimen is the preferred third line",
        "A07",
        holds=lambda a: (
            {o["role"] for o in offered(a).values()} == {"option"}
            and offered(a).keys()
            >= {TUCATINIB, TDM1, "neratinib-capecitabine", "margetuximab-capecitabine", "lapatinib-capecitabine"}
            and offered(a).keys() >= {"trastuzumab-capecitabine", "lapatinib-trastuzumab"}
        ),
        page=(
            "^No regimen is preferred",
            "The guideline prefers no regimen from the third line on",
            "The order shown here is ours",
        ),
        spoil=spoilt(lambda a: offered(a)[TUCATINIB].update(role="preferred")),
    ),
    Row(
        "S12-brain",
        "the same, for the brain: first in the list, still an option",
        "A18",
        holds=lambda a: a["options"][0]["regimen"] == TUCATINIB and a["options"][0]["role"] == "option",
        page=("^No regimen is preferred",),
    ),
    Row(
        "S12-receptors",
        "no endocrine combination in later lines",
        "A32",
        holds=lambda a: "abemaciclib-trastuzumab-fulvestrant" in uses(a, "3.2.1"),
    ),
    Row(
        "S12-pertuzumab",
        "pertuzumab is not thought of where it was never given",
        "A07",
        (NO_PERTUZUMAB,),
        lambda a: bool(uses(a, "3.1.9")),
    ),
    Row(
        "S13",
        "better progression-free and overall survival at one year",
        "A07",
        holds=her2climb_as_it_is,
        page=(r"33\.1 v 12\.3 %", r"44\.9 v 26\.6 %", "All patients had trastuzumab emtansine before", "is extrapolation"),
        never=("1-year PFS", "overall survival at 1 year"),
        spoil=spoilt(one_year_for_survival),
    ),
    Row(
        "S14-advanced",
        "the tucatinib regimen for the brain is third line only",
        "C06",
        holds=lambda a: (
            a["line_of_therapy"] == "second"
            and TUCATINIB in offered(a)
            and offered(a)[TUCATINIB]["label"]["fit"] == "on"
            and says(a, "disagreements", "active brain metastases", r"7\.1")
        ),
        page=(r"lets the tucatinib regimen be offered \(weak\)",),
        spoil=spoilt(lambda a: drop(a, "options", "(?i)tucatinib")),
    ),
    Row(
        "S14-adjuvant-only",
        "the tucatinib regimen for the brain after adjuvant therapy alone",
        "K51",
        holds=lambda a: a["line_of_therapy"] == "second" and TUCATINIB not in offered(a) and TDXD in offered(a),
        spoil=spoilt(lambda a: offer(a, TUCATINIB, "alternative", "asco-her2-brain/7.1")),
    ),
    Row(
        "S15-first",
        "endocrine therapy with trastuzumab, for low burden and long intervals",
        "E01",
        holds=lambda a: (
            endocrine_apart(a)
            and bool(uses(a, "6.0.2"))
            and not uses(a, "8.0")
            and says(a, "actions", "endocrine therapy may be added.*chemotherapy ends .weak")
        ),
        page=(r"\[\d+: 6\.0\.2\]", r"\[\d+: 7\.0\]"),
        spoil=spoilt(lambda a: set_all(a["options"], statements=["asco-her2-abc/6.0.2", "asco-her2-abc/8.0"])),
    ),
    Row(
        "S15-alone",
        "the two are one recommendation",
        "A21",
        holds=lambda a: endocrine_apart(a) and bool(uses(a, "8.0")) and bool(uses(a, "6.0.2")),
        page=(r"\[\d+: 6\.0\.2\]", r"\[\d+: 8\.0\]"),
        spoil=spoilt(lambda a: set_all(a["options"], statements=["asco-her2-abc/6.0.2"])),
    ),
    Row(
        "S15-second",
        "both offered in second line",
        "M50",
        holds=lambda a: TDXD in uses(a, "2.1") and not uses(a, "6.0.2") and not uses(a, "8.0"),
        spoil=spoilt(lambda a: offer(a, "trastuzumab-letrozole", "selected", "asco-her2-abc/6.0.2")),
    ),
    Row(
        "S16",
        "trastuzumab deruxtecan in hormone receptor-positive disease, cited to the receptor section",
        "A02",
        holds=lambda a: (
            offered(a)[TDXD]["statements"][0] == "asco-her2-abc/2.1"
            and not any(statement.startswith("asco-her2-abc/6") for statement in offered(a)[TDXD]["statements"])
        ),
        page=(r"^Trastuzumab deruxtecan", r"moderate evidence \[\d+: 2\.1\]"),
        spoil=spoilt(lambda a: a["options"][0].update(statements=["asco-her2-abc/6.0.1"])),
    ),
    Row(
        "S17-deruxtecan",
        "the heart is watched as the label of trastuzumab emtansine says",
        "A25",
        holds=heart_by_its_own_label,
        page=("the label sets no fixed interval",),
        never=("LVEF[^.]*deruxtecan[^.]*every 3 months",),
        spoil=spoilt(lambda a: action(a, "^LVEF before trastuzumab deruxtecan").update(refs=[{"n": 8, "at": "5.2"}])),
    ),
    Row(
        "S17-emtansine",
        "the heart is watched alike under both conjugates",
        "A27",
        holds=lambda a: cites(action(a, "LVEF before trastuzumab emtansine and every 3 months"), a, "kadcyla-uspi"),
        page=("LVEF before trastuzumab emtansine and every 3 months",),
        spoil=spoilt(lambda a: action(a, "LVEF before trastuzumab emtansine").update(says="LVEF regularly", refs=[])),
    ),
    Row(
        "S18-watch",
        "no blood count, no antiemetics, no rule for lung disease by grade",
        "A25",
        holds=lambda a: (
            says(
                a,
                "actions",
                "Blood count before",
                "antiemetics",
                "Grade 1 lung disease",
                "Grade 2 or more lung disease: steroids",
            )
            and says(a, "actions", "stop for good from grade 2", "Highly emetogenic")
            and {"neutrophils", "platelets", "liver", "pregnancy", "lung"} <= states(a).keys()
        ),
        page=("Blood count before", "antiemetics", "Grade 1 lung disease", "Grade 2 or more lung disease", "Pregnancy excluded"),
        spoil=spoilt(lambda a: drop(a, "actions", "Blood count")),
    ),
    Row(
        "S18-start",
        "no limit of the ejection fraction for a start",
        "A63",
        holds=lambda a: any("LVEF under 50 % was not studied" in caution for caution in offered(a)[TDXD]["cautions"]),
        page=("Starting trastuzumab deruxtecan with an LVEF under 50 % was not studied",),
    ),
    Row(
        "S18-liver",
        "no liver tests for tucatinib and trastuzumab emtansine",
        "A07",
        holds=lambda a: says(
            a, "actions", "AST, ALT and bilirubin before tucatinib", "platelets before the start and before each dose"
        ),
    ),
    Row(
        "S18-dpyd-today",
        "capecitabine without a test for DPD deficiency",
        "A07",
        (("as_of: 2023-10-09", "as_of: 2026-06-01"),),
        lambda a: "dpd" in states(a) and says(a, "newer", "5 February 2026.*DPYD"),
        page=("DPYD test", "boxed warning on DPD deficiency"),
        spoil=spoilt(lambda a: drop(a, "checks", "DPYD")),
    ),
    Row(
        "S18-dpyd-2023",
        "(in 2023 no label asked for it)",
        "A07",
        never=("DPYD test", "test for DPYD"),
        holds=lambda a: "dpd" not in states(a),
    ),
    Row(
        "S19-nothing-known",
        "no test of the metastasis, no performance status, no organ function, no look at the brain",
        "A25",
        holds=guards_are_checked,
        page=("HER2 of the metastasis", "ECOG performance status", "Liver tests", "Brain metastases .symptoms, imaging"),
        spoil=spoilt(lambda a: drop(a, "checks", "HER2 of the metastasis")),
    ),
    Row(
        "S19-primary-only",
        "the primary tumour's HER2 will do",
        "A26",
        holds=lambda a: states(a)["her2_metastasis"] in ("missing", "unmet") and says(a, "actions", "biopsy the metastasis"),
        page=("HER2 of the metastasis: [^•]*tested on the primary tumour only", "biopsy the metastasis if it can be reached"),
        spoil=spoilt(lambda a: set_all([c for c in a["checks"] if c["check"] == "her2_metastasis"], state="done")),
    ),
    Row(
        "S19-heart-failure",
        "heart failure changes nothing",
        "A13",
        holds=lambda a: not offered(a),
        page=("(?i)case by case",),
    ),
    Row(
        "S20-strength",
        "never first line again (as certain as anything else)",
        "A25",
        holds=lambda a: (
            grade(a, TDXD, "5.0") == ("moderate", "intermediate")
            and [x["kind"] for x in a["avoid"] if x["regimen"] == THP] == ["against"]
        ),
        page=(r"moderate recommendation, intermediate evidence \[\d+: 5\.0\]",),
        spoil=spoilt(lambda a: set_grade(a, "5.0", "strong", "high")),
    ),
    Row(
        "S20-default",
        "never first line again (as a ban)",
        "A25",
        holds=lambda a: any(re.search("(?i)moderate", x["why"]) and re.search("(?i)default", x["why"]) for x in a["avoid"]),
        page=("(?i)Do not.*trastuzumab . pertuzumab . docetaxel:[^•]*moderate[^•]*", "(?i)default"),
    ),
    Row(
        "S20-flip",
        "never first line again (beyond twelve months as well)",
        "A25",
        (FOURTEEN,),
        lambda a: THP in uses(a, "5.1") and not any(x["regimen"] == THP for x in a["avoid"]),
    ),
    Row(
        "S21",
        "[1] to [4] without saying what they are",
        "A25",
        (TODAY,),
        lambda a: (
            not lacking_a_source(a)
            and all(
                r["checked"] in ("primary", "secondary", "recalled", "choice")
                and (re.search(r"\b20\d\d\b", r["citation"]) or r["known_from"] or r["checked"] == "choice")
                for r in a["references"]
            )
        ),
        page=(r"References .* 1 Giordano SH.*2022;40\(23\):2612-2635, public since 31 May 2022 \(read second-hand,",),
        spoil=spoilt(lambda a: a["references"].pop(0)),
    ),
    Row(
        "S22",
        "figures without the date of their data",
        "A25",
        (TODAY,),
        lambda a: not without_a_cut(a) and len(figures(a, "DESTINY-Breast03")) > 5,
        page=("Evidence, each figure with its data cut", "21 May 2021", "25 July 2022", "20 November 2023"),
        spoil=spoilt(lambda a: a["options"][0]["evidence"][0].update(cut="")),
    ),
]


Answering = Callable[[Row], tuple[Answer, str]]


@pytest.fixture(scope="module")
def answering(knowledge: Knowledge, words: Words) -> Answering:
    """The answer to the patient of a row, and its page wide enough to keep the rows of a table together."""

    @functools.cache
    def known(name: str, changes: tuple[tuple[str, str], ...]) -> tuple[Answer, str]:
        text = next(CASES.glob(f"{name}-*.yaml")).read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text, f"{name} has no '{old}'"
            text = text.replace(old, new)
        answer = answer_record(read_case(read_text(text, name), knowledge, words, dt.date(2022, 9, 20)), knowledge)
        return json.loads(render_json(answer)), render_terminal(answer, colour=False, width=200)

    def both(row: Row) -> tuple[Answer, str]:
        answer, text = known(row.case, tuple(row.changes))
        return copy.deepcopy(answer), text

    return both


@pytest.mark.parametrize("row", [pytest.param(row, id=row.id) for row in ROWS])
def test_the_careless_answer_is_not_given(row: Row, answering: Answering) -> None:
    answer, text = answering(row)
    assert faults(row, answer, text) == [], row.careless


@pytest.mark.parametrize("row", [pytest.param(row, id=row.id) for row in ROWS if row.spoil])
def test_the_careless_answer_would_be_seen(row: Row, answering: Answering) -> None:
    answer, text = answering(row)
    assert row.spoil is not None
    wrong = faults(row, *row.spoil(answer, text))
    assert wrong and wrong != faults(row, answer, text)


def test_every_correction_has_its_row() -> None:
    assert {row.id.split("-")[0] for row in ROWS} == {f"S{n}" for n in range(1, 23)}
    assert len({row.id for row in ROWS}) == len(ROWS)
