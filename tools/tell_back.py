"""Tell back what the answers to the shipped cases print: python tools/tell_back.py (--every N takes each Nth case).

Every branch of a question, every other side, and every fact of a next step is read under `stated`, and has to mean the same.
Exit code 1 when one does not; branches of a fact in conflict are counted apart.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.laws.telling import told_back

from concordant.library import FOLDER, load_shipped
from concordant.terminology.names import make_words


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=1, help="each Nth case alone")
    wanted = parser.parse_args(arguments)
    knowledge = load_shipped()
    words, all_, wrong = make_words(knowledge), Counter[str](), Counter[str]()
    for path in sorted((FOLDER / "cases").rglob("*.yaml"))[:: wanted.every]:
        for told in told_back(path, knowledge, words):
            all_[told.where] += 1
            if told.problem:
                wrong[told.where] += 1
                print(f"{path.stem}: {told.where}: {told.feature}: {told.text}: {told.problem}")
    for where, number in sorted(all_.items()):
        print(f"{where}: {number - wrong[where]} of {number} mean the same")
    return int(any(number for where, number in wrong.items() if not where.endswith("in conflict")))


if __name__ == "__main__":
    sys.exit(main())
