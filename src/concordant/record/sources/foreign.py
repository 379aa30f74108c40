"""What a source is that is neither a case file nor FHIR nor a table with its mapping: by its first bytes, or by how it reads."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from concordant.errors import Complaint, Unreadable
from concordant.record.casefile.read import KEYS
from concordant.texts import SourceText, read_bytes

HEAD_BYTES = 100_000
WRITE = "Write what it says into a case file: `concordant template` prints one to fill in"
UNPACK = "Unpack it, and name the file or the folder that was in it"
MAPPED = "Name a mapping file that tells what its columns mean (docs/tables.md), or write a case file: `concordant template`"
SHEET = "Save the sheet as CSV and name a mapping file that tells what its columns mean (docs/tables.md)"
AS_JSON = "Export the record as FHIR in JSON: that is read"

# Where the sign stands, the sign, what the file is, the way out; of several that fit, the first.
SIGNS: tuple[tuple[int, bytes, str, str], ...] = (
    (0, b"%PDF-", "a PDF", WRITE),
    (0, b"\x89PNG", "a picture (PNG)", WRITE),
    (0, b"\xff\xd8\xff", "a picture (JPEG)", WRITE),
    (0, b"GIF8", "a picture (GIF)", WRITE),
    (0, b"BM", "a picture (BMP)", WRITE),
    (0, b"II*\x00", "a picture (TIFF)", WRITE),
    (0, b"MM\x00*", "a picture (TIFF)", WRITE),
    (8, b"WEBP", "a picture (WebP)", WRITE),
    (4, b"ftyphei", "a picture (HEIC)", WRITE),
    (4, b"ftypmif1", "a picture (HEIC)", WRITE),
    (4, b"ftyp", "a film", WRITE),
    (128, b"DICM", "a picture (DICOM)", WRITE),
    (0, b"\xd0\xcf\x11\xe0", "an old Office file (DOC, XLS or MSG)", WRITE),
    (0, b"{\\rtf", "a formatted text (RTF)", WRITE),
    (0, b"7z\xbc\xaf", "a 7z archive", UNPACK),
    (0, b"Rar!", "a RAR archive", UNPACK),
    (0, b"BZh", "a bzip2 archive", UNPACK),
    (0, b"\xfd7zXZ", "an xz archive", UNPACK),
    (0, b"\x28\xb5\x2f\xfd", "a Zstandard archive", UNPACK),
    (257, b"ustar", "a TAR archive", UNPACK),
    (0, b"PAR1", "a table (Parquet)", MAPPED),
    (0, b"SQLite format 3", "a SQLite database", "Export its tables as CSV or Parquet: a folder of OMOP tables is read"),
    (0, b"MSH|", "an HL7 version 2 message", AS_JSON),
)
ZIP = b"PK\x03\x04"
# What the name of an entry says of a ZIP.
PACKED: tuple[tuple[bytes, str, str], ...] = (
    (b"word/", "a Word document (DOCX)", WRITE),
    (b"xl/", "an Excel workbook (XLSX)", SHEET),
    (b"ppt/", "a presentation (PPTX)", WRITE),
    (b"opendocument.text", "a text document (ODT)", WRITE),
    (b"opendocument.spreadsheet", "a spreadsheet (ODS)", SHEET),
)
MARKUP = re.compile(r"\s*<(\?xml|!--|!doctype|html|svg|[A-Za-z]+[\s>:])", re.I)
HEADER = re.compile(
    r"(?m)^(from|to|cc|subject|date|sent|message-id|mime-version|received|return-path|von|an|betreff|gesendet)\s?: ?", re.I
)
TABLES = (".csv", ".tsv", ".csv.gz", ".tsv.gz")
HEADERS, HEADER_LINES = 3, 30
OWN_KEY = re.compile(rf"(?m)^[\"']?({'|'.join(KEYS)})[\"']?\s*:")
ENTRIES = re.compile(r"(?m)^[^:\n]{1,60}:(?:[ \t]*$|[ \t]*[\[{])")  # a key with entries below it, or behind it
JSON_START = re.compile(r"\s*(\{|(?!\[[^\]\n]{1,30}\][ \t]*[^\W\d_])\[\s*[\[{\"\]\d])")  # [08:12] Anna: begins no JSON
WORD = re.compile(r"[^\W\d_]{2,}")
NOTES = (".txt", ".md", ".text", ".markdown")
FEWEST_WORDS = 6  # fewer are a value in the wrong place rather than a note


class NoteFile(msgspec.Struct, frozen=True):
    """The text of a clinical note, and the name of the file that it stands in."""

    text: str
    name: str


def read_source(data: bytes, name: str) -> SourceText | NoteFile:
    """Read the text of a case file, or of a note. Raises Unreadable, with a message that names the kind of file where it is
    neither.
    """
    refuse_packed(data, name)
    decoded = "" if b"\x00" in data else data.decode("utf-8-sig", errors="replace")
    is_text = bool(decoded.strip()) and name.lower().endswith(NOTES)
    refuse_text(decoded, name, is_text=is_text)
    if (is_text or is_note(decoded)) and not _may_hold_entries(decoded):
        return NoteFile(_decode_note(data, name), name)
    try:
        text = read_bytes(data, name)
    except Unreadable:
        if (is_text and not _looks_like_case(decoded)) or is_note(decoded):
            return NoteFile(_decode_note(data, name), name)
        raise
    if (is_text and not _has_blocks(text.value)) or (is_note(decoded) and not _has_entries(text.value)):
        return NoteFile(_decode_note(data, name), name)
    return text


def _may_hold_entries(text: str) -> bool:
    """Whether it could be a mapping with entries: to read a long text as YAML only to find that it is none takes long."""
    return JSON_START.match(text) is not None or OWN_KEY.search(text) is not None or ENTRIES.search(text) is not None


def _looks_like_case(text: str) -> bool:
    """Whether a text that cannot be read as one was meant to be JSON, or a case file: two of its keys stand there."""
    return JSON_START.match(text) is not None or len(set(OWN_KEY.findall(text))) > 1


def _has_blocks(value: Any) -> bool:
    """Whether what was read is a case file, or another mapping with entries."""
    return isinstance(value, dict) and any(isinstance(item, dict | list) for item in value.values())


def _has_entries(value: Any) -> bool:
    """Whether what was read is a mapping, and no text with headings, where every value is a line of words."""
    return isinstance(value, dict) and not all(item is None or isinstance(item, str) for item in value.values())


def _decode_note(data: bytes, name: str) -> str:
    """The text. Raises Unreadable for another encoding: a letter that is lost may be a negation."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise Unreadable(Complaint("not UTF-8 text", name, line, "Save the file as UTF-8")) from None


def refuse_packed(head: bytes, name: str) -> None:
    """Refuse what its first bytes give away. Raises Unreadable."""
    for at, sign, what, way_out in SIGNS:
        if head[at : at + len(sign)] == sign and (sign != b"BM" or b"\x00" in head):
            raise Unreadable(Complaint(f"this is {what}, which is not read", name, way_out=way_out))
    if head[:4] == ZIP:
        inside = ((what, way_out) for sign, what, way_out in PACKED if sign in head[:HEAD_BYTES])
        what, way_out = next(inside, ("a ZIP archive", UNPACK))
        raise Unreadable(Complaint(f"this is {what}, which is not read", name, way_out=way_out))


def refuse_text(text: str, name: str, *, is_text: bool = False) -> None:
    """Refuse a text of another kind: XML and HTML, an e-mail, a table. In what says itself that it is a text, markup is text.
    Raises Unreadable.
    """
    if not is_text and MARKUP.match(text):
        raise Unreadable(_make_markup_complaint(text[:HEAD_BYTES].lower(), name))
    if _is_mail(text):
        way_out = "Save what is attached and name that; what the e-mail itself says belongs in a case file: `concordant template`"
        raise Unreadable(Complaint("this is an e-mail, which is not read", name, way_out=way_out))
    if _is_table(text) or (text.strip() and name.lower().endswith(TABLES)):
        raise Unreadable(Complaint("this is a table (CSV), and nothing tells what its columns mean", name, way_out=MAPPED))


def _make_markup_complaint(head: str, name: str) -> Complaint:
    if "<svg" in head:
        return Complaint("this is a picture (SVG), which is not read", name, way_out=WRITE)
    if "<html" in head or "<!doctype html" in head:
        return Complaint("this is a web page (HTML), which is not read", name, way_out=WRITE)
    kind = "FHIR in XML" if "http://hl7.org/fhir" in head else "a CDA document" if "clinicaldocument" in head else "XML"
    return Complaint(f"this is {kind}, which is not read", name, way_out=AS_JSON)


def _is_mail(text: str) -> bool:
    head = "\n".join(text.lstrip().splitlines()[:HEADER_LINES])
    first = head.partition("\n")[0]
    begins = HEADER.match(first) is not None or first.startswith("From ")
    return begins and len({header.lower() for header in HEADER.findall(head)}) >= HEADERS


def _is_table(text: str) -> bool:
    """Short headings, and in every row below them as many separators."""
    rows = [row for row in text[:HEAD_BYTES].splitlines() if row.strip()][:4]
    for sign in (",", ";", "\t"):
        counts = {row.count(sign) for row in rows}
        if len(rows) > 1 and len(counts) == 1 and counts.pop() > 0:
            return all(_is_heading(cell) for cell in rows[0].split(sign))
    return False


def _is_heading(cell: str) -> bool:
    return len(cell.split()) <= 3 and not set(cell) & set("{}[]:")


def is_note(text: str) -> bool:
    """Words, and no key of a case file at the beginning of any line."""
    written = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    if JSON_START.match(written) or OWN_KEY.search(written):
        return False
    return len(WORD.findall(written[:HEAD_BYTES])) >= FEWEST_WORDS
