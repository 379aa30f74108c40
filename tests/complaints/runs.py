"""The runs that must be refused or must pass: files in `bad` and `good`, files made here, and wrong usage.

Beside every bad run stands its golden text, `bad/NAME.expected`: the exit code, then the messages.
`python -m tests.complaints.reset` writes them anew; the diff is the review.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from concordant.cli.main import main

BAD = Path(__file__).parent / "bad"
GOOD = Path(__file__).parent / "good"
CASE = "as_of: 2022-09-20\npatient: {sex: female}\n"
TOO_LARGE = 200_000_000


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(TOO_LARGE)


def _sparse_picture(path: Path) -> None:
    with path.open("wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        file.truncate(TOO_LARGE)


def _bytes(data: bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_bytes(data)

    return write


def _zip(*names: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as made:
            for name in names:
                made.writestr(name, "x")

    return write


def _folder(**files: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.mkdir()
        for name, text in files.items():
            (path / name.replace("_", ".")).write_text(text, encoding="utf-8")

    return write


NOTE = """Oncology clinic, 12 May 2022

Erika M., 54, breast cancer of the left side, HER2 3+, hormone receptors negative.
TCHP before surgery in 2020: residual disease. T-DM1 until March 2021.
Now liver metastases on CT (two, the larger 31 mm). Feels well; ECOG 0.
Plan: echocardiogram, blood tests, discuss at the tumour board.
"""
MAIL = "From: a@example.org\nTo: b@example.org\nDate: Thu, 12 May 2022 10:00:00 +0000\nSubject: {subject}\n\n{body}"
OUTLOOK = "Von: Dr. A\nGesendet: Donnerstag, 12. Mai 2022\nAn: Dr. B\nBetreff: Befund\n\nIm Anhang der Befund.\n"

# What is neither a case file nor FHIR nor a table with its mapping: told what it is, by every command that takes a patient.
FOREIGN: dict[str, Callable[[Path], None]] = {
    "letter.pdf": _bytes(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< >>\nendobj\n"),
    "picture.yaml": _bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"),
    "scan.jpg": _bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"),
    "scan.tiff": _bytes(b"II*\x00\x08\x00\x00\x00"),
    "scan.heic": _bytes(b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00"),
    "slice.dcm": _bytes(b"\x00" * 128 + b"DICM\x02\x00\x00\x00"),
    "drawing.svg": _bytes(b'<svg xmlns="http://www.w3.org/2000/svg"></svg>'),
    "letter.docx": _zip("[Content_Types].xml", "_rels/.rels", "word/document.xml"),
    "letter.odt": lambda path: _zip_of_opendocument(path),
    "letter.doc": _bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600),
    "letter.rtf": _bytes(b"{\\rtf1\\ansi A note.}"),
    "results.xlsx": _zip("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml"),
    "slides.pptx": _zip("[Content_Types].xml", "ppt/presentation.xml"),
    "export.zip": _zip("patient.json", "observation.json"),
    "export.tar": _bytes(b"patient.json" + b"\x00" * 245 + b"ustar\x0000"),
    "results.csv": _bytes(b"patient,date,test,value\n1,2022-05-12,HER2,3+\n2,2022-05-13,HER2,0\n"),
    "two-columns.csv": _bytes(b"patient;drug\n1;trastuzumab\n2;pertuzumab\n"),
    "two-columns.txt": _bytes(b"patient,drug\n1,trastuzumab\n2,pertuzumab\n"),
    "packed-table.csv.gz": _bytes(gzip.compress(b"patient,drug\n1,trastuzumab\n")),
    "packed-letter.gz": _bytes(gzip.compress(b"%PDF-1.7\n")),
    "packed-folder.tgz": _bytes(gzip.compress(b"patient.json" + b"\x00" * 245 + b"ustar\x0000")),
    "packed-xml.json.gz": _bytes(gzip.compress(b'<?xml version="1.0"?><Bundle xmlns="http://hl7.org/fhir"/>')),
    "packed-and-cut.yaml": _bytes(gzip.compress(CASE.encode() * 100)[:-10]),
    "packed-nothing.gz": _bytes(gzip.compress(b"")),
    "commented.xml": _bytes(b'<!-- export --><Bundle xmlns="http://hl7.org/fhir"/>'),
    "results.parquet": _bytes(b"PAR1\x15\x04\x15\x00"),
    "results.sqlite": _bytes(b"SQLite format 3\x00\x10\x00"),
    "message.hl7": _bytes(b"MSH|^~\\&|LAB|HOSPITAL|||20220512||ORU^R01|1|P|2.5\rPID|1||4711\r"),
    "patient.xml": _bytes(b'<?xml version="1.0"?>\n<Patient xmlns="http://hl7.org/fhir"><id value="1"/></Patient>\n'),
    "summary.xml": _bytes(b'<?xml version="1.0"?>\n<ClinicalDocument xmlns="urn:hl7-org:v3"></ClinicalDocument>\n'),
    "list.xml": _bytes(b'<?xml version="1.0"?>\n<list/>\n'),
    "page.html": _bytes(b"<!DOCTYPE html>\n<html><body>A patient</body></html>\n"),
    "message.eml": _bytes(MAIL.format(subject="patient of 12 May", body=NOTE).encode()),
    "forwarded.txt": _bytes(OUTLOOK.encode()),
    "nothing.d": _folder(),
    "letters.d": _folder(a_txt=NOTE, b_csv="a,b,c\n1,2,3\n"),
    "cases.d": _folder(b_yaml=CASE, a_yaml=CASE),
}


def _zip_of_opendocument(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("mimetype", "application/vnd.oasis.opendocument.text")


# Files that are too large, or too odd for an editor, to lie in a folder.
MADE_BAD: dict[str, Callable[[Path], None]] = {
    "200-megabytes.yaml": _sparse,
    "two-megabytes.yaml": _bytes(CASE.encode() + b"# a comment of forty characters, no more\n" * 50_000),
    "brackets.yaml": _bytes(b"stated: " + b"[" * 100_000),
    "brackets.json": _bytes(b'{"stated": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    "braces.yaml": _bytes(b"{a: " * 100_000),
    "dashes.yaml": _bytes(b"- " * 100_000 + b"x"),
    "too-many-entries.yaml": _bytes(CASE.encode() + b"treatments:\n" + b"- {drugs: [docetaxel]}\n" * 501),
    "note-in-latin-1.txt": _bytes(
        "Frau M., Mammakarzinom rechts, Her2 positiv, Z. n. Trastuzumab f\u00fcr ein Jahr.\n".encode("latin-1")
    ),
    "latin-1.yaml": _bytes(b"as_of: 2022-09-20\nname: Fr\xe9d\xe9rique\n"),
    "utf-16.yaml": _bytes(CASE.encode("utf-16")),
    "zero-byte.yaml": _bytes(CASE.encode() + b"name: a\x00b\n"),
    "escape-byte.yaml": _bytes(CASE.encode() + b"name: \x1b[31mred\n"),
    "windows-with-a-wrong-word.yaml": _bytes(b"\xef\xbb\xbfas_of: 2022-09-20\r\npatient:\r\n  sex: woman\r\n"),
    "long-value.yaml": _bytes(CASE.encode() + b"name: " + b"x" * 100_000 + b"\nstated: {lvef: " + b"9" * 100_000 + b"}\n"),
    "two-megabytes-deep.json": _bytes(b'{"stated": ' + b"[" * 60 + b'"' + b"x" * 2_000_000 + b'"' + b"]" * 60 + b"}"),
    "large-picture.png": _sparse_picture,
    "two-megabytes-twice.json": _bytes(b'{"name": "a", "name": "' + b"x" * 2_000_000 + b'"}'),
    "one-column.csv": _bytes(b"drug\ntrastuzumab\n"),  # known by its name alone
    **FOREIGN,
}
MADE_GOOD: dict[str, Callable[[Path], None]] = {
    "note.txt": _bytes(NOTE.encode()),
    "note-of-one-line.txt": _bytes(
        b"54 year old woman, HER2 positive breast cancer, liver metastases after adjuvant trastuzumab"
    ),
    "note-of-bullets.txt": _bytes(b"- breast cancer, HER2 3+\n- liver metastases\n- adjuvant trastuzumab until March\n"),
    "note.yaml": _bytes(NOTE.encode()),
    "windows.yaml": _bytes(CASE.replace("\n", "\r\n").encode()),
    "byte-order-mark.yaml": _bytes(b"\xef\xbb\xbf" + CASE.encode()),
    "old-mac.yaml": _bytes(CASE.replace("\n", "\r").encode()),
    "windows.json": _bytes(b'\xef\xbb\xbf{\r\n\t"as_of": "2022-09-20",\r\n\t"patient": {"sex": "female"}\r\n}\r\n'),
    "two-megabytes.json": _bytes(b'{"as_of": "2022-09-20",' + b" " * 2_000_000 + b'"patient": {"sex": "female"}}'),
}
# Wrong usage, by the name of its golden; run among the good files.
USAGE: dict[str, tuple[str, ...]] = {
    "missing-file": ("recommend", "no-such-file.yaml"),
    "folder": ("recommend", "."),
    "endless-device": ("recommend", "/dev/zero"),
    "as-of-not-a-day": ("recommend", "no-date.yaml", "--as-of", "2022-13-01"),
    "as-of-a-month": ("recommend", "no-date.yaml", "--as-of", "2022-09"),
    "unknown-guideline": ("recommend", "no-date.yaml", "--guideline", "asco-her2-abx/2022"),
    "unknown-guideline-version": ("recommend", "no-date.yaml", "--guideline", "asco-her2-abc/1999"),
    "missing-file-with-a-near-name": ("recommend", "no-dates.yaml"),
    "story-to-recommend": ("recommend", "A03"),
    "story-to-explain": ("explain", "a03-exactly-twelve", "2.1"),
    "story-to-read": ("read", "A03.yaml"),
    "story-to-ask": ("ask", "a03"),
    "story-of-a-near-name": ("recommend", "A-03"),
    "story-left-open": ("recommend", "A2"),
    "no-file-named": ("recommend",),
    "output-over-its-source": ("recommend", "no-date.yaml", "-o", "./no-date.yaml"),
    "answers-over-their-source": ("recommend", "no-date.yaml", "--all", "-o", "no-date.yaml"),
    "case-over-its-source": ("read", "no-date.yaml", "-o", "no-date.yaml"),
    "refused-over-its-source": ("read", "no-date.yaml", "--refused", "no-date.yaml"),
    "output-and-refused-alike": ("read", "no-date.yaml", "-o", "no-such-file.txt", "--refused", "no-such-file.txt"),
    "output-into-no-folder": ("recommend", "no-date.yaml", "-o", "no-such-folder/answer.md"),
    "answers-into-no-folder": ("ask", "no-date.yaml", "--write", "no-such-folder/case.yaml"),
    "answers-over-another-case": ("ask", "no-date.yaml", "--write", "tabs.json"),
    "unknown-command": ("recomend", "no-date.yaml"),
}


@dataclass(frozen=True)
class Run:
    """One command line, and the folder it is given in."""

    name: str
    arguments: tuple[str, ...]
    folder: Path

    @property
    def golden(self) -> Path:
        return BAD / f"{self.name}.expected"

    def outcome(self) -> tuple[int, str]:
        """The exit code, and what stands on standard error."""
        messages = io.StringIO()
        with contextlib.chdir(self.folder), contextlib.redirect_stderr(messages), contextlib.redirect_stdout(io.StringIO()):
            code = main(self.arguments)
        return code, messages.getvalue()

    def told(self) -> str:
        code, messages = self.outcome()
        return f"exit {code}\n{messages}"

    def by(self, verb: str) -> Run:
        """The same file, given to another command."""
        return replace(self, arguments=(verb, *self.arguments[1:]))

    @classmethod
    def of(cls, name: str, made: Path) -> Run:
        """The run of a name; a file that has to be made is written into `made`."""
        if name in USAGE:
            return cls(name, USAGE[name], GOOD)
        if make := {**MADE_BAD, **MADE_GOOD}.get(name):
            make(made / name)
            return cls(name, ("recommend", name), made)
        return cls(name, ("recommend", name), BAD if (BAD / name).exists() else GOOD)


def sources(folder: Path) -> list[str]:
    """The case files of a folder."""
    return sorted(path.name for path in folder.iterdir() if path.suffix in (".yaml", ".json"))


def bad_runs(made: Path) -> Iterator[Run]:
    """Every run that has a golden."""
    yield from (Run.of(name, made) for name in (*sources(BAD), *USAGE, *MADE_BAD))
