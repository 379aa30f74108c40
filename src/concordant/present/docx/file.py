"""What python-docx has no words for: links inside a file, page numbers, lists that go on, bytes without a clock."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from typing import TYPE_CHECKING

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu

from concordant.errors import make_printable
from concordant.present.page.document import Document

if TYPE_CHECKING:
    from docx.document import Document as Sheet
    from docx.table import Table
    from docx.text.paragraph import Paragraph as Line

FIELDS = {"{page}": "PAGE", "{pages}": "NUMPAGES"}
LINE = 95  # signs on a line of a table
TOGETHER = 14  # signs up to which a citation is not broken over two lines
EARLIEST = (1980, 1, 1, 0, 0, 0)  # the first day that the format of the archive knows
UNDATED = ("dcterms:created", "dcterms:modified")


def add_table(sheet: Sheet, rows: int, shares: list[int]) -> Table:
    """A table whose first row is its heading, also on the next page; no row breaks in two."""
    made: Table = sheet.add_table(rows, len(shares), style="Concordant table")
    made.autofit = False
    part = sheet.sections[0]
    room = (part.page_width or 0) - (part.left_margin or 0) - (part.right_margin or 0)
    for column, share in zip(made.columns, shares, strict=True):
        column.width = Emu(int(room * share / sum(shares)))
        for cell in column.cells:
            cell.width = column.width
    for row in made.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    made.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    return made


def has_table_at_end(sheet: Sheet) -> bool:
    """Return whether the last thing written to the document so far is a table."""
    return len(sheet.element.body) > 1 and sheet.element.body[-2].tag == qn("w:tbl")


def add_citation(line: Line, text: str, to: int | None) -> None:
    """A citation, leading to its reference when there is one."""
    run = line.add_run(text.replace(" ", "\N{NO-BREAK SPACE}") if len(text) < TOGETHER else text, style="Citation")
    if to is not None:
        link = OxmlElement("w:hyperlink")
        link.set(qn("w:anchor"), _bookmark_name(to))
        run._r.addprevious(link)
        link.append(run._r)


def add_bookmark(line: Line, n: int) -> None:
    """The place that the citations of a reference lead to."""
    for tag in ("w:bookmarkStart", "w:bookmarkEnd"):
        mark = OxmlElement(tag)
        mark.set(qn("w:id"), str(n))
        if tag == "w:bookmarkStart":
            mark.set(qn("w:name"), _bookmark_name(n))
        line._p.append(mark)


def _bookmark_name(n: int) -> str:
    return f"reference_{n}"


def restart_numbering(sheet: Sheet, line: Line, n: int) -> None:
    """Restart the numbering of the list at `n`, where a reference number was left out."""
    numbering = sheet.part.numbering_part.element
    held = sheet.styles["List Number"].element.pPr.numPr.numId.val
    abstract = numbering.num_having_numId(held).abstractNumId.val
    num = numbering.add_num(abstract)
    num.add_lvlOverride(ilvl=0).add_startOverride(n)
    line._p.get_or_add_pPr().get_or_add_numPr().get_or_add_numId().val = num.numId


def add_footer(sheet: Sheet, document: Document) -> None:
    """Write the footer of every page: the patient, the title, the disclaimer and the page number."""
    line = sheet.sections[0].footer.paragraphs[0]
    line.add_run(make_printable(" · ".join(filter(None, (document.whose, document.title, document.over)))))
    line.add_run().add_break()
    line.add_run(make_printable(document.footer[-1]) if document.footer else "")
    line.add_run(" · ")
    for part in re.split(r"(\{\w+\})", document.words.get("page", "{page} / {pages}")):
        if part in FIELDS:
            _add_field(line, FIELDS[part])
        else:
            line.add_run(make_printable(part))


def _add_field(line: Line, name: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    run = line.add_run("1")
    run._r.addprevious(field)
    field.append(run._r)


def pack_docx(sheet: Sheet, document: Document) -> bytes:
    """Return the DOCX file as bytes. Its dates are the day of the question and its archive has no timestamps, so equal
    documents give equal bytes.
    """
    _set_properties(sheet, document)
    raw, out = io.BytesIO(), io.BytesIO()
    sheet.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in source.namelist():
            made.writestr(zipfile.ZipInfo(name, EARLIEST), source.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _set_properties(sheet: Sheet, document: Document) -> None:
    properties = sheet.core_properties
    properties.title, properties.language = make_printable(document.title)[:255], document.language
    properties.author, properties.last_modified_by, properties.comments, properties.revision = "Concordant", "", "", 1
    if document.as_of:
        properties.created = properties.modified = dt.datetime.combine(document.as_of, dt.time())
        return
    for date in [element for element in properties._element if element.tag in map(qn, UNDATED)]:
        properties._element.remove(date)
