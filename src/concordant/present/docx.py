"""A document as DOCX, to be edited into a letter: real styles, lists and tables; no word is formatted by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from concordant.complaints import Complaint, Unreadable, printable
from concordant.present.document import Citation, Document, Paragraph, Point, Points, Section, Source, Table, cut
from concordant.present.in_words import citation_words, in_words, lead_words, mark_words
from concordant.present.widths import widths

if TYPE_CHECKING:
    from docx.document import Document as Sheet
    from docx.text.paragraph import Paragraph as Line


class DocxMissing(Unreadable):
    """The package that writes DOCX is not installed."""


def render_docx(document: Document) -> bytes:
    """The document as the bytes of a DOCX file. Raises DocxMissing without the extra `docx`."""
    try:
        import docx
    except ImportError:
        way_out = "Install it with: pip install 'concordant[docx]'"
        raise DocxMissing(Complaint("DOCX needs an extra that is not installed", "--format docx", way_out=way_out)) from None
    from concordant.present import docx_file, docx_styles

    sheet = docx.Document()
    docx_styles.dress(sheet, document)
    _Writer(sheet, document).write()
    docx_file.footer(sheet, document)
    return docx_file.packed(sheet, document)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes the parts one after the other; what they look like is a matter of the styles."""

    sheet: Sheet
    document: Document

    def write(self) -> None:
        """The head, the parts, the references, the foot."""
        self._head()
        for section in self.document.sections:
            self._section(section)
        if self.document.references:
            self._line("Heading 2", self.document.references_title)
            self._references()
        for text in self.document.footer:
            self._line("Foot", text)

    def _head(self) -> None:
        document = self.document
        self._line("Title", document.title)
        self._line("Subtitle", document.over)
        self._line("Heading 1", document.verdict)
        for one in document.first:
            line = self.sheet.add_paragraph(style="First line loud" if one.tone == "danger" else "First line")
            line.add_run(printable(one.title), style="Strong")
            line.add_run("\t")
            self._put(line, one.text)

    def _section(self, section: Section) -> None:
        self._line("Heading 2", section.title)
        for told in (told for block in section.blocks for told in in_words(block)):
            match told:
                case Paragraph(text):
                    self._line("Body Text", text)
                case Points(points):
                    for point in points:
                        self._point(point)
                case Table():
                    self._table(told)

    def _point(self, point: Point) -> None:
        line = self.sheet.add_paragraph(style="List Bullet")
        if point.mark:
            line.add_run(mark_words(point, self.document.words), style=f"Check {point.mark}")
            line.add_run(" ")
        if point.lead:
            self._put(line, lead_words(point), "Strong")
            line.add_run(" ")
        self._put(line, point.text)

    def _table(self, table: Table) -> None:
        from concordant.present import docx_file

        if table.caption:
            self._line("Caption", table.caption)
        elif docx_file.ends_in_table(self.sheet):
            self._line("Table note", "")  # two tables with nothing between them would become one
        grid = docx_file.table(self.sheet, len(table.rows) + 1, widths(table, docx_file.LINE))
        for cells, texts in zip(grid.rows, [table.columns, *table.rows], strict=True):
            for cell, text in zip(cells.cells, texts, strict=True):
                cell.paragraphs[0].style = "Table text"
                self._put(cell.paragraphs[0], text)
        if table.note:
            self._line("Table note", table.note)

    def _references(self) -> None:
        from concordant.present import docx_file

        before = 0
        for source in self.document.references:
            line = self.sheet.add_paragraph(style="List Number")
            if source.n != before + 1:
                docx_file.count_from(self.sheet, line, source.n)
            docx_file.anchor(line, source.n)
            self._source(line, source)
            before = source.n

    def _source(self, line: Line, source: Source) -> None:
        """How far it was checked stands apart, because a weak one is to be seen."""
        line.add_run(printable(f"{source.citation} "))
        weak = source.mark in ("recalled", "choice")
        line.add_run(printable(f"({source.checked})"), style="Checked weakly" if weak else "Checked")

    def _line(self, style: str, text: str) -> None:
        self._put(self.sheet.add_paragraph(style=style), text)

    def _put(self, line: Line, text: str, style: str | None = None) -> None:
        """The words, and each citation as a link to its reference when that is in the list."""
        from concordant.present import docx_file

        listed = {source.n for source in self.document.references}
        for part in cut(text):
            if not isinstance(part, Citation):
                line.add_run(printable(part), style=style)
                continue
            line.add_run("\N{NO-BREAK SPACE}")
            docx_file.citation(line, printable(citation_words(part)), part.n if part.n in listed else None)
