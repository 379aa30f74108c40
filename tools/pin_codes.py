"""Recompute the `sha256` of every value set and rewrite the files; with `--check` exit with 1 when one is out of date."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from concordant.author.build import build_knowledge
from concordant.library import FOLDER
from concordant.terminology.codes import hash_codes

ONE_SET = re.compile(r"(- id: (\S+)\n(?:(?!  - id: ).*\n)*?    sha256: )(\S+)")


def main(check: bool) -> int:
    knowledge = build_knowledge(FOLDER).knowledge
    if knowledge is None:
        print("the knowledge does not compile: run `concordant lint`")
        return 1
    wrong = {v.id: hash_codes(v.codes) for v in knowledge.vocabulary.value_sets if hash_codes(v.codes) != v.sha256}
    for path in sorted((FOLDER / "vocabulary").glob("codes-*.yaml")):
        text = path.read_text(encoding="utf-8")
        new = ONE_SET.sub(lambda found: found[1] + wrong.get(found[2], found[3]), text)
        if new != text and not check:
            Path(path).write_text(new, encoding="utf-8")
    print(f"{len(wrong)} value sets out of date")
    return 1 if wrong and check else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv))
