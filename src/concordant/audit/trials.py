"""What is told of a trial beside its figures: what it gained, whom it took, its size, number, cut and main result."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from concordant.audit.arms import is_compared
from concordant.audit.dates import find_dates
from concordant.audit.figures import Carried
from concordant.audit.fitting import fits_row
from concordant.audit.items import ItemReader
from concordant.audit.lexicon import ENDPOINT, OTHER, POPULATION
from concordant.audit.matching import Mention
from concordant.audit.reading import Reading
from concordant.audit.rows import TrialView, tell_row
from concordant.audit.verdicts import Finding
from concordant.model.audit import ClaimVerdict, FigureRow, TrialWording
from concordant.model.sources import Cite

NCT = re.compile(r"\bNCT\d{8}\b", re.IGNORECASE)
GAIN, TREND, NONE, LOSS = "gain", "trend", "none", "loss"
ORDERED = {NONE: 0, TREND: 1, GAIN: 2}


@dataclass(frozen=True)
class TrialChecker:
    """Checks what a sentence tells of one trial."""

    views: Mapping[str, TrialView]
    classes: Mapping[str, tuple[str, ...]]
    words: Sequence[TrialWording]
    months: Mapping[str, int]
    carried: Carried

    def check_sentence(self, reading: Reading) -> list[Finding]:
        """The findings of a sentence of one trial, or of two drugs that one trial compared."""
        name = self._find_trial(reading)
        if not name:
            return []
        view = self.views[name]
        found = [
            self._check_number(view, reading),
            self._check_patients(view, reading),
            self._check_size(view, reading),
            self._check_cut(view, reading),
            self._check_rank(view, reading),
            *self._check_effects(view, reading),
            self._check_comparison(view, reading),
        ]
        return [finding for finding in found if finding is not None]

    def _find_trial(self, reading: Reading) -> str:
        """The one that is named, the one before that is meant again, or the only one that compared the drugs."""
        if reading.trials:
            return reading.trials[0] if len(reading.trials) == 1 and reading.trials[0] != OTHER else ""
        if reading.has_part("effect") or reading.has_part("trend") or reading.has_part("no_effect"):
            arms = [n for n, v in self.views.items() if {a for *_, a in v.mention_arms(reading, self.classes)} >= {0, 1}]
            late = [n for n in arms if not self.views[n].early]
            if len(late) == 1:
                return late[0]
        goes_on = reading.has_part("that_trial") or (reading.has_part("main_result") and not reading.drug_mentions)
        return self.carried.trial if goes_on else ""

    def _make_finding(self, verdict: ClaimVerdict, reading: Reading, right: str, cites: Sequence[Cite] = ()) -> Finding:
        return Finding("figure", verdict, reading.start, reading.end, right, tuple(dict.fromkeys(cites)))

    def _first_cite(self, view: TrialView) -> tuple[Cite, ...]:
        return tuple(Cite(ref=row.source, checked=row.checked) for row in view.rows[:1])

    # -- what is told ----------------------------------------------------------------------------------

    def _check_number(self, view: TrialView, reading: Reading) -> Finding | None:
        told = [met[0].upper() for met in NCT.finditer(reading.told)]
        if not told or not view.trial.nct:
            return None
        right = f"{view.trial.name}: {view.trial.nct}, {' against '.join(view.trial.arms)}"
        return self._make_finding(
            "supported" if told[0] == view.trial.nct else "contradicted", reading, right, self._first_cite(view)
        )

    def _check_patients(self, view: TrialView, reading: Reading) -> Finding | None:
        """Patients of the trial had this drug before; or had it not."""
        words = next((w for w in self.words if w.trial == view.trial.id), None)
        if (
            words is None
            or words.source is None
            or not reading.has_part("enrolled")
            or not reading.past
            or reading.has_part("no_population")
        ):
            return None
        named = {d for d in reading.past if d in {*words.had, *words.had_not}}
        if not named:
            return None
        denied = any(m.denied for m in reading.drug_mentions) or reading.has_part("without_earlier")
        wrong = named & set(words.had_not)
        if denied:
            verdict: ClaimVerdict = "contradicted" if named & set(words.had) else "supported"
        else:
            verdict = "contradicted" if wrong else "supported"
        return self._make_finding(verdict, reading, f"{view.trial.name}: {words.right or view.trial.population}", (words.source,))

    def _check_size(self, view: TrialView, reading: Reading) -> Finding | None:
        counts = [item for item in ItemReader(reading).read_items() if item.kind == "count"]
        if not counts or not view.sizes or reading.list_mentions(POPULATION):
            return None
        fits = all(int(item.value) in view.sizes for item in counts)
        if not fits and not reading.has_part("randomised"):
            return None
        right = f"{view.trial.name}: {view.trial.n}"
        return self._make_finding("supported" if fits else "contradicted", reading, right, self._first_cite(view))

    def _check_cut(self, view: TrialView, reading: Reading) -> Finding | None:
        """The day of a data cut, of the analysis that is named."""
        dates = list(find_dates(reading.told, self.months))
        if not dates or not reading.has_part("cut"):
            return None
        analyses = [a for a in view.trial.analyses if a.cut != "not seen"]
        if reading.has_part("primary"):
            analyses = [a for a in analyses if re.search(r"primary", a.name)]
        if not analyses:
            return None
        held = [date for a in analyses for date in find_dates(a.cut, self.months)]
        fits = all(
            any(
                d.year == h.year
                and (None in (d.month, h.month) or d.month == h.month)
                and (None in (d.day, h.day) or d.day == h.day)
                for h in held
            )
            for d in dates
        )
        right = "; ".join(f"{view.trial.name}, {a.name}: cut {a.cut}" for a in analyses)
        cites = [Cite(ref=a.source, checked=a.estimates[0].checked) for a in analyses]
        return self._make_finding("supported" if fits else "contradicted", reading, right, cites)

    def _check_rank(self, view: TrialView, reading: Reading) -> Finding | None:
        """A result that was only looked at is called the main one, or significant."""
        if not reading.has_part("main_result") or reading.has_part("not_main"):
            return None
        items = [item for item in ItemReader(reading).read_items() if item.kind in ("follow_up", "value", "ratio")]
        endpoints = {m.id for m in reading.list_mentions(ENDPOINT)}
        rows = [row for row in view.rows if not endpoints or row.endpoint in endpoints]
        told = [row for row in rows if any(i.kind == "follow_up" and i.value in row.follow_up for i in items)]
        if not told and reading.has_part("called_primary"):
            told = [row for row in rows if any(i.kind != "follow_up" and fits_row(i, row, None) for i in items)]
        if not told or any(row.status != "exploratory" for row in told):
            return None
        right = f"exploratory, not tested there. {tell_row(told[0])}"
        return self._make_finding("overstated", reading, right, [Cite(ref=told[0].source, checked=told[0].checked)])

    def _check_comparison(self, view: TrialView, reading: Reading) -> Finding | None:
        """A trial of one arm compared nothing."""
        if len(view.trial.arms) > 1 or not reading.has_part("compared"):
            return None
        return self._make_finding(
            "contradicted", reading, f"{view.trial.name}: {view.trial.n}. {view.trial.caveat}", self._first_cite(view)
        )

    # -- gains -----------------------------------------------------------------------------------------

    def _check_effects(self, view: TrialView, reading: Reading) -> list[Finding]:
        """That one arm did better, that there was only a trend, or no difference: at the day, and as it was before."""
        if reading.list_mentions(POPULATION) or reading.has_part("asked"):
            return []
        told = {item.endpoint for item in ItemReader(reading).read_items() if item.kind in ("value", "ratio", "not_reached")}
        found = []
        for mention in {m.id: m for m in reversed(reading.list_mentions(ENDPOINT))}.values():
            rows = [r for r in view.rows if r.hr is not None and r.hr.of == mention.id and not r.population]
            claimed = self._find_claimed(reading, mention)
            if rows and claimed and mention.id not in told:
                found.append(self._judge_effect(claimed, rows, reading, self._is_turned(view, reading)))
        return [finding for finding in found if finding is not None]

    def _find_claimed(self, reading: Reading, endpoint: Mention) -> str:
        """What is claimed of one endpoint, by the words of its own clause."""
        for part, claimed in (("no_effect", NONE), ("trend", TREND), ("effect", GAIN)):
            near = [cue for cue in reading.list_parts(part) if _are_near(cue, endpoint, reading)]
            if near:
                return NONE if claimed == GAIN and _is_denied(endpoint, near, reading) else claimed
        return ""

    def _is_turned(self, view: TrialView, reading: Reading) -> bool:
        """Whether the control is said to have done better."""
        plain = [arm for start, _, arm in view.mention_arms(reading, self.classes) if not is_compared(reading, start)]
        return bool(plain) and plain[0] == 1

    def _judge_effect(self, claimed: str, rows: list[FigureRow], reading: Reading, turned: bool) -> Finding | None:
        ordered = sorted(rows, key=lambda row: row.known_from)
        if turned and claimed in (GAIN, TREND):  # no control here did better, and nothing held says so
            cite = Cite(ref=ordered[-1].source, checked=ordered[-1].checked)
            won = any(_find_state(row) == GAIN for row in rows)
            return (
                self._make_finding("contradicted", reading, f"the other way round. {tell_row(ordered[-1])}", [cite])
                if won
                else None
            )
        states = [_find_state(row) for row in ordered]
        reached = GAIN if GAIN in states else states[-1]
        best = ordered[states.index(reached)]
        cites = [Cite(ref=best.source, checked=best.checked)]
        if claimed == reached or (claimed == TREND and reached == NONE and best.hr is not None and best.hr.estimate < 1):
            return self._make_finding("supported", reading, tell_row(best), cites)
        if claimed == NONE and reached == TREND:
            return None
        if ORDERED.get(claimed, 0) < ORDERED.get(reached, 0):
            was = any(state == claimed for state in states) or (claimed == TREND and TREND in states)
            return self._make_finding("outdated" if was else "contradicted", reading, tell_row(best), cites)
        return self._make_finding("contradicted", reading, f"no gain shown. {tell_row(best)}", cites)


def _are_near(cue: Mention, endpoint: Mention, reading: Reading) -> bool:
    """Whether a word of gain and an endpoint stand in one clause."""
    first, second = sorted((cue, endpoint), key=lambda one: one.start)
    between = reading.text[first.end : second.start]
    return second.start - first.end < 60 and not re.search(r"[;:]|\.\s|,\s|\(", between)


def _is_denied(endpoint: Mention, effects: list[Mention], reading: Reading) -> bool:
    """`did not improve`, `no OS benefit`, `but not OS`: a no before the word of gain, or before the endpoint."""
    return any(0 <= one.start - cue.end <= 20 for cue in reading.list_parts("no") for one in (endpoint, *effects))


def _find_state(row: FigureRow) -> str:
    """What a ratio shows: its interval beyond 1, or P small; a boundary that was not crossed is a trend."""
    assert row.hr is not None
    if row.status == "not crossed":
        return TREND
    if row.hr.high is not None and row.hr.low is not None:
        return GAIN if row.hr.high < 1 else LOSS if row.hr.low > 1 else NONE
    return GAIN if row.hr.estimate < 1 and re.match(r"<?0\.0[0-4]|<0\.05", row.p) else TREND if row.hr.estimate < 1 else NONE
