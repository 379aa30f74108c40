"""What a guideline committee is shown, into docs/img/: a statement on one page, as PDF and as picture. Needs pdftoppm
(package poppler-utils) and the extras `pictures` and `pdf`.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import concordant  # noqa: E402
from tools.pages import keep, sheets, smaller  # noqa: E402

OUT = ROOT / "docs" / "img"
STATEMENT = "2.1"


def main() -> None:
    """Write the pages and the pictures."""
    OUT.mkdir(parents=True, exist_ok=True)
    draw_statement()


def draw_statement() -> None:
    """The statement as it is handed to a committee."""
    page = concordant.describe(STATEMENT, format="pdf")
    assert isinstance(page, bytes)
    keep(OUT / f"statement-{STATEMENT}.pdf", page)
    for sheet in sheets(page):
        keep(OUT / f"statement-{STATEMENT}.png", smaller(sheet))


if __name__ == "__main__":
    main()
