"""Run the commands of the tutorial and the how-to pages and put in what they print: python tools/run_docs.py [PAGE ...].

With --check nothing is written; it exits with 1 when a command fails, or prints something else than the page shows. In a page

* a block `yaml title="patient.yaml"` is a file of that name;
* a block `sh` is run where these files are; `<!-- exit: 3 -->` before it: it ends with that code; `<!-- typed: 8 months / n -->`:
  the replies that a person types; `<!-- not run: why -->`: it is only shown;
* a block below `<!-- output -->` is what the last command prints; `<!-- output: 2 parts -->`: the first two parts, which are
  separated by blank lines; `<!-- output: 1 part from "How long" -->`: one part, from the one with this beginning; lines likewise.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
COLUMNS = 84
MOST = 600  # signs of the end of what a failed command printed
FENCE = re.compile(
    r'(?:^<!-- (?P<note>[^\n]*?) -->\n)?^```(?P<language>\w*)(?: title="(?P<title>[^"\n]+)")?\n(?P<body>.*?)^```$', re.M | re.S
)
PROMPT = re.compile(r"(?m)^> |\[(?:Y/n|y/N)\] ")
CHOSEN = re.compile(r'output(?:: (?P<count>\d+) (?P<of>part|line)s?(?: from "(?P<start>[^"]+)")?)?')


class Unlike(Exception):
    """A command of a page did not do what the page says."""


def pages() -> list[Path]:
    """The pages whose commands are run: those that a newcomer types after."""
    return [DOCS / "index.md", DOCS / "tutorial.md", *sorted((DOCS / "how-to").glob("*.md"))]


@dataclass(slots=True)
class Desk:
    """A folder of its own in which the commands of one page are run, and what the last one printed."""

    folder: Path
    printed: str = ""
    commands: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        tools = self.folder / ".bin"
        tools.mkdir()
        (self.folder / "src").symlink_to(ROOT / "src")  # as in a copy of the repository
        for name, code in (("concordant", "-c 'from concordant.cli import run; run()'"), ("python", "")):
            (tools / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {code} "$@"\n', encoding="utf-8")
            (tools / name).chmod(0o755)

    def run(self, command: str, typed: str = "", code: int = 0) -> None:
        """Run a block as the shell would; raise Unlike when it ends with another exit code than the page says."""
        replies = [reply.strip() for reply in typed.split(" / ")] if typed else []
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", as_run(command)],
            cwd=self.folder,
            env=self.surroundings(),
            input="".join(f"{reply}\n" for reply in replies),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=120,
        )
        self.commands.append(command)
        self.printed = with_replies(done.stdout, replies)
        if done.returncode != code or "Traceback (most recent call last)" in done.stdout:
            raise Unlike(f"exit code {done.returncode} instead of {code}\n$ {command}{done.stdout[-MOST:]}")

    def surroundings(self) -> dict[str, str]:
        """A terminal of one width, without colours, on which `concordant` is this program."""
        path = f"{self.folder / '.bin'}{os.pathsep}{os.environ['PATH']}"
        width = {"COLUMNS": str(COLUMNS), "NO_COLOR": "1", "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}
        return {**os.environ, **width, "PATH": path}


def as_run(command: str) -> str:
    """The block without its installation: of `./dev try` the line of the script itself, with the name put in."""
    line = re.search(r"\n  try\)\n +environment\n +(.*)\n", (ROOT / "dev").read_text(encoding="utf-8"))
    tried = line[1].replace(".venv/bin/", "") if line else "false"
    command = command.replace(". .venv/bin/activate\n", "")
    return re.sub(r"(?m)^\./dev try(?: (\w+))?$", lambda m: tried.replace("${2:-P01}", m[1] or "P01"), command)


def with_replies(printed: str, replies: list[str]) -> str:
    """What a person sees on a terminal: each reply stands behind its prompt."""
    rest = iter(replies)
    return PROMPT.sub(lambda m: m[0] + next(rest, "") + "\n", printed) if replies else printed


def shown(printed: str, note: str) -> str:
    """The part of an output that a page asks for; dots where something is left out."""
    chosen = CHOSEN.fullmatch(note)
    text = "\n".join(line.rstrip() for line in printed.strip("\n").splitlines())
    if chosen is None:
        raise Unlike(f"not understood: <!-- {note} -->")
    if chosen["count"] is None:
        return text + "\n"
    between = "\n\n" if chosen["of"] == "part" else "\n"
    parts = text.split(between)
    first = next((i for i, part in enumerate(parts) if part.lstrip().startswith(chosen["start"] or "")), None)
    if first is None:
        raise Unlike(f"no part begins with '{chosen['start']}':\n{text}")
    last = first + int(chosen["count"])
    return between.join([*(["..."] if first else []), *parts[first:last], *(["..."] if last < len(parts) else [])]) + "\n"


def steps(text: str) -> Iterator[tuple[re.Match[str], str, str]]:
    """The blocks of a page in order, each with what stands above it: `output`, `typed`, `exit`, `not run`, and its rest."""
    for fence in FENCE.finditer(text):
        kind, _, rest = (fence["note"] or "").partition(":")
        yield fence, kind.strip(), rest.strip()


def renewed(text: str, folder: Path) -> str:
    """The page with what its commands print now. Raises Unlike."""
    desk = Desk(folder)
    made, done = [], 0
    for fence, kind, rest in steps(text):
        if fence["title"]:
            (folder / fence["title"]).write_text(fence["body"], encoding="utf-8")
        elif fence["language"] == "sh" and kind != "not run":
            desk.run(fence["body"], rest if kind == "typed" else "", int(rest) if kind == "exit" else 0)
        elif kind == "output":
            made += [text[done : fence.start("body")], shown(desk.printed, fence["note"])]
            done = fence.end("body")
    return "".join([*made, text[done:]])


def renewed_page(page: Path) -> str:
    """The page as it should stand. Raises Unlike."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            return renewed(page.read_text(encoding="utf-8"), Path(folder))
        except Unlike as problem:
            raise Unlike(f"{page.relative_to(ROOT)}: {problem}") from None


def main() -> int:
    check = "--check" in sys.argv
    names = [Path(name).resolve() for name in sys.argv[1:] if name != "--check"]
    stale = []
    for page in names or pages():
        try:
            text = renewed_page(page)
        except Unlike as problem:
            print(problem, file=sys.stderr)
            return 1
        if text != page.read_text(encoding="utf-8"):
            stale.append(page)
            if not check:
                page.write_text(text, encoding="utf-8")
    print("\n".join(f"{'out of date' if check else 'written'}: {page.relative_to(ROOT)}" for page in stale) or "up to date")
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
