"""Draw the figures of the notebook into docs/img/: python tools/notebook_pictures.py FOLDER_OF_TCGA."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

PICTURES = ("by_year", "missing_facts", "real_verdicts")
PATIENTS = 300


def main(folder: str) -> None:
    import vl_convert

    app = runpy.run_path(str(ROOT / "examples" / "concordance.py"))["app"]
    told = {"told": {}, "patients": PATIENTS, "slice_of_tests": Path(folder), "tcga": Path(folder)}
    _, made = app.run(defs=told)
    for name in PICTURES:
        (path := ROOT / "docs" / "img" / f"notebook-{name.replace('_', '-')}.svg").write_text(
            vl_convert.vegalite_to_svg(made[name].to_json()), encoding="utf-8"
        )
        print(path.relative_to(ROOT))
    for name in ("concordance", "supposed_concordance", "real", "comparison"):
        print(made[name])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
