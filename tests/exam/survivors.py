"""Changes that no patient of the exam notices, with the reason: what they change is not what anybody is told."""

SPEED = "only how fast it is: what is left out has been settled, or would be the same again"
NOT_ASKED = "no sitting asks for one guideline of two (`laws/test_sql.py` does)"
MISSED = "missed"  # what begins so is a fault of the exam: somebody would notice it
NOT_ALONE = f"{MISSED}: who takes this drug and has this bar alone is not among these patients"
BELOW = "the two part at 0 alone, and the range of the feature begins above it"
COUNTS = "so many of some parts is at least one and at most all: what stands outside is never asked"
NUMBERING = "rows that are alike still have one number, and others another one"

# the beginning of what a change is called, and why nobody can notice it
SURVIVORS: dict[str, str] = {
    "a comparison with or without its bound: trastuzumab check 7 met: weight > 0": BELOW,
    **{
        f"a comparison with or without its bound: {check} met: body_surface_area > 0": BELOW
        for check in (
            *("oxaliplatin check 0", "pemetrexed check 0", "doxorubicin check 0", "carboplatin check 0"),
            *("paclitaxel check 3", "nab_paclitaxel check 0"),
        )
    },
    "another effect: irinotecan bar 1": NOT_ALONE,
    "another effect: dacarbazine bar 1": NOT_ALONE,
    "another effect: poziotinib bar 6": NOT_ALONE,
    "another effect: neratinib bar 31": NOT_ALONE,
    "another role: asco-her2-abc/2022/derived-not-first-line-again": "advice against is in no role",
    "decide.judging._rank_verdict: a pair turned round": NOT_ASKED,
    "decide.judging._Session._judge_restrictions:": SPEED,
    "readers.truth_only._iter_part_tests: a constant changed: `False` to `True`": "a test of its own is not compared with words",
    "readers.circuit.GateReader._join_all: a loop not left": SPEED,
    "readers.circuit.GateReader.read_gate: ": "the gate that is turned round is known from the beginning",
    "decide.lanes.LaneDecisions._make_decision: an operator swapped": "some guideline always speaks where there is one",
    "readers.wires.Board.": SPEED,
    "readers.wires._find": SPEED,
    "readers.wires.make_program": SPEED,
    "readers.planes.run_program: an operator swapped: `program.registers - len(inputs)`": "more room than is needed",
    "readers.columns.read_leaf_rails: a pair turned round": "no sentence names only words that its feature lacks",
    "readers.facts_table.WordColumn.read_codes: ": SPEED,
    "readers.facts_table.FactsTable._make_word_planes: ": "two ways to the same planes",
    "decide.table_results.group_rows: ": NUMBERING,
    "decide.table_results._number_pairs: ": NUMBERING,
    "decide.table_results._sign_rows: ": NUMBERING,
    "readers.sql._Conditions.at_least: ": COUNTS,
    "readers.sql._is_left: a comparison swapped": "no cell holds all words of a feature: that is written as nothing",
    "readers.left_words.list_left: a constant changed: 1 to 2 (2)": "no more words can be left than there are",
    "readers.left_words.list_left: ": "no cell holds all words of a feature: that is written as nothing",
    "readers.left_words.split_words: a comparison swapped": "missed: no feature has just as many words as can be listed",
    "verify.clauses.Clauses._find_below: a comparison swapped": "no bound lies at the end of all numbers, which has none there",
    "export.sql.restrictions.Restrictions._tell_alone: ": "a pair of brackets more or less, which SQL does not need",
    "export.sql.restrictions.Restrictions._tell: a comparison swapped": "a danger in its place instead of in a column of its own",
    "export.sql.answer.AnswerLevels._judge_guideline: two ways": "of one statement all are open, or none is",
}


def find_known_reason(id_: str) -> str:
    """Why nobody notices a change; nothing where that is not known."""
    return next((why for begins, why in SURVIVORS.items() if id_.startswith(begins)), "")
