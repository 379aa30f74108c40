"""From one question to a cohort: a marimo notebook. Open it with `marimo edit examples/concordance.py`.

The patients are made up, and drawn anew each time by their seed. The second half reads TCGA-BRCA: a slice of 13 patients that
comes with the tests, or a folder with all of its open clinical tables (`marimo edit examples/concordance.py -- --tcga FOLDER`).
"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="Who was treated as the guideline says?")


@app.cell
def _():
    import shutil
    import tempfile
    from pathlib import Path

    import altair as alt
    import marimo as mo
    import polars as pl

    import concordant as cc

    return Path, alt, cc, mo, pl, shutil, tempfile


@app.cell
def _(mo):
    mo.md("""
    # Who was treated as the guideline says?

    One patient first, then three hundred, then the patients of TCGA. The same guideline answers each time, from the same files.
    """)
    return


@app.cell
def _(Path, mo):
    # What may be changed: how many patients are made up, and where the tables of TCGA lie.
    told = mo.cli_args()
    patients = int(told.get("patients") or 300)
    slice_of_tests = Path(__file__).parent.parent / "tests" / "record" / "table" / "tcga"
    tcga = Path(told.get("tcga") or slice_of_tests)
    return patients, tcga


@app.cell
def _(Path, tempfile):
    folder = Path(tempfile.mkdtemp(prefix="concordant-"))  # everything that is written here
    return (folder,)


@app.cell
def _(mo):
    mo.md("""
    ## One patient

    HER2-positive disease that came back eight months after trastuzumab. What next, and what is missing?
    """)
    return


@app.cell
def _(cc):
    answer = cc.recommend(
        {
            "as_of": "2024-03-01",
            "patient": {"sex": "female", "birth_date": "1966-05-04", "weight": "66 kg"},
            "tumor_markers": [{"test": "her2_ihc", "value": "3+", "date": "2024-02-10", "specimen": "metastasis"}],
            "treatments": [{"drugs": ["trastuzumab"], "setting": "adjuvant", "start": "2022-06-01", "end": "2023-06-01"}],
            "disease": [{"event": "recurrence", "date": "2024-02-01", "extent": "metastatic", "sites": ["liver"]}],
        }
    )
    answer  # the page: what to give, why, what is missing, what comes after
    return (answer,)


@app.cell
def _(answer, mo, pl):
    weak_heart = answer.what_if(lvef="35 %")
    mo.vstack(
        [
            mo.md(f"As the record stands: **{answer.verdict}**"),
            mo.md(f"With an ejection fraction of 35 %: **{weak_heart.verdict}**"),
            pl.DataFrame({"missing": [check.label for check in answer.missing]}),
        ]
    )
    return (weak_heart,)


@app.cell
def _(mo):
    mo.md("""
    ## Three hundred patients

    Made up, as tables of OMOP, with the gaps and messy codes that hospitals have. Each record is read again as it was on the day
    before each line of treatment began, and what was given is held against what the guideline said that day.
    """)
    return


@app.cell
def _(cc, folder, patients):
    made = cc.simulate(folder / "made", patients=patients, seed=7, format="omop")
    cohort = cc.cohort(made.source, folder / "cohort", as_of="2025-12-31")
    cohort
    return cohort, made


@app.cell
def _(cc, cohort):
    concordance = cc.concordance(cohort)
    concordance  # the first page of the report; `concordant report` writes all of it as HTML or PDF
    return (concordance,)


@app.cell
def _(cohort, pl):
    points = pl.from_arrow(cohort.points)
    starts = points.filter(pl.col("point") == "line_start", pl.col("verdict") != "out_of_scope")
    starts.select("patient", "date", "line", "given", "preferred", "verdict", "reason", "missing").head(8)
    return points, starts


@app.cell
def _(alt, pl, starts):
    VERDICTS = {
        "preferred": "#1f4e79",
        "offered": "#7da3c8",
        "justified": "#b9c9d9",
        "undecidable": "#d9d9d9",
        "not offered": "#e0a458",
        "against": "#b5442e",
    }
    spelled = starts.with_columns(pl.col("verdict").str.replace_all("_", " "), year=pl.col("date").dt.year())
    counted = spelled.group_by("year", "verdict").len("starts").sort("year")
    order = pl.DataFrame({"verdict": list(VERDICTS), "place": range(len(VERDICTS))})
    by_year = (
        alt.Chart(counted.join(order, on="verdict"))
        .mark_bar()
        .encode(
            alt.X("year:O", title=None, axis=alt.Axis(labelAngle=0)),
            alt.Y("starts:Q", title="Starts of treatment (%)", stack="normalize", axis=alt.Axis(format=".0%")),
            alt.Color("verdict:N", title=None, sort=list(VERDICTS)).scale(domain=list(VERDICTS), range=list(VERDICTS.values())),
            alt.Order("place:O"),
            tooltip=["year", "verdict", "starts"],
        )
        .properties(
            width=480, height=260, title=alt.Title("What was begun, held against the guideline of that day", anchor="start")
        )
    )
    by_year
    return (by_year,)


@app.cell
def _(mo):
    mo.md("""
    Grey is what nobody can tell from the record. Which fact would tell most often?
    """)
    return


@app.cell
def _(alt, pl, starts):
    wanted = (
        starts.filter(pl.col("verdict") == "undecidable")
        .explode("missing")
        .drop_nulls("missing")
        .group_by("missing")
        .len("starts")
        .sort("starts", "missing", descending=[True, False])
        .head(8)
        .with_columns(pl.col("missing").str.replace_all("_", " "))
    )
    missing_facts = (
        alt.Chart(wanted)
        .mark_bar(color="#1f4e79")
        .encode(
            alt.X("starts:Q", title="Undecidable starts that it may settle"),
            alt.Y("missing:N", title=None, sort="-x", axis=alt.Axis(labelLimit=260)),
        )
        .properties(width=400, title=alt.Title("What is missing", anchor="start"))
    )
    missing_facts
    return (missing_facts,)


@app.cell
def _(mo):
    mo.md("""
    ## If the cohort is known to be HER2-positive

    A registry of HER2-positive patients may say so once. It is taken only where a record is silent, and every row that rests on
    it says so.
    """)
    return


@app.cell
def _(cc, folder, made):
    supposed = cc.cohort(made.source, folder / "supposed", as_of="2025-12-31", assume={"her2_status": "positive"})
    supposed_concordance = cc.concordance(supposed)
    supposed_concordance
    return (supposed_concordance,)


@app.cell
def _(mo):
    mo.md("""
    ## What the guideline of 2022 changed

    The same points, asked by both versions: who moves, and from what to what.
    """)
    return


@app.cell
def _(cohort):
    comparison = cohort.compare("asco-her2-abc/2018", "asco-her2-abc/2022")
    comparison
    return (comparison,)


@app.cell
def _(mo):
    mo.md("""
    ## TCGA

    Tables that nobody wrote for this: nine files, 205 spellings of drugs, days instead of dates. One
    [mapping](../docs/examples/tcga-brca.yaml) says what the columns mean.
    """)
    return


@app.cell
def _(Path, cc, folder, shutil, tcga):
    tables = shutil.copytree(tcga, folder / "tcga")
    shutil.copy(Path(__file__).parent.parent / "docs" / "examples" / "tcga-brca.yaml", tables)
    real = cc.cohort(tables / "tcga-brca.yaml", folder / "tcga-cohort", as_of="2026-01-01", by="2026-01-01")
    real
    return (real,)


@app.cell
def _(pl, real):
    real_points = pl.from_arrow(real.points)
    real_points.group_by("point", "verdict", "reason").len("points").sort("points", descending=True)
    return (real_points,)


@app.cell
def _(alt, pl, real_points):
    words = pl.concat_str([pl.col("verdict"), pl.col("reason")], separator=": ", ignore_nulls=True).str.replace_all("_", " ")
    real_counted = real_points.with_columns(told=words).group_by("told", "verdict").len("points")
    real_verdicts = (
        alt.Chart(real_counted)
        .mark_bar(color="#1f4e79")
        .encode(
            alt.X("points:Q", title="Points of decision"),
            alt.Y("told:N", title=None, sort="-x", axis=alt.Axis(labelLimit=260)),
        )
        .properties(width=400, title=alt.Title("TCGA-BRCA by the guideline of today", anchor="start"))
    )
    real_verdicts
    return (real_verdicts,)


@app.cell
def _(mo):
    mo.md("""
    Half of these points are outside the guideline, for the cancer is HER2-negative. Of the others nearly all cannot be judged:
    no treatment is on record after the metastasis, or HER2 was never settled. That is what these tables can tell, and no more.
    """)
    return


if __name__ == "__main__":
    app.run()
