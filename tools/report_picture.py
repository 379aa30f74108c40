"""Draw the first page of a report on a made-up cohort into docs/img/: python tools/report_picture.py."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import typst

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

OUT = ROOT / "docs" / "img" / "report.png"


def main() -> None:
    from tests.cohort.made import make_many

    import concordant as cc
    from concordant.present.cohort.pdf import make_typst_inputs

    with tempfile.TemporaryDirectory() as folder:
        cohort = make_many(Path(folder) / "cohort", 3000)
        found = cc.concordance(cohort)
    pages = typst.compile(**make_typst_inputs(found._page, "a4"), format="png", ppi=110)
    OUT.write_bytes(pages[0])
    print(OUT.relative_to(ROOT))


if __name__ == "__main__":
    main()
