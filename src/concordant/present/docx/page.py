"""A document as DOCX, to be edited into a letter: real styles, lists and tables; no word is formatted by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from concordant.errors import Complaint, Unreadable, make_printable
from concordant.present.in_words import format_citation, format_lead, format_mark, to_text_blocks
from concordant.present.language.quoting import show_quotations_of
from concordant.present.page.document import (
    Citation,
    Document,
    PageReference,
    Paragraph,
    Point,
    PointList,
    Section,
    Table,
    split_citations,
)
from concordant.present.widths import compute_column_widths

if TYPE_CHECKING:
    from docx.document import Document as Sheet
    from docx.text.paragraph import Paragraph as Line


class DocxMissing(Unreadable):
    """The package that writes DOCX is not installed."""


def render_docx(document: Document) -> bytes:
    """The document as the bytes of a DOCX file. Raises DocxMissing without the extra `docx`."""
    document = show_quotations_of(document)
    try:
        import docx
    except ImportError:
        way_out = "Install it with: pip install 'concordant[docx]'"
        raise DocxMissing(Complaint("DOCX needs an extra that is not installed", "--format docx", way_out=way_out)) from None
    from concordant.present.docx import file as docx_file
    from concordant.present.docx import styles as docx_styles

    sheet = docx.Document()
    docx_styles.apply_styles(sheet, document)
    _DocxWriter(sheet, document).write_document()
    docx_file.add_footer(sheet, document)
    return docx_file.pack_docx(sheet, document)


@dataclass(frozen=True, slots=True)
class _DocxWriter:
    """Writes the parts one after the other; what they look like is a matter of the styles."""

    sheet: Sheet
    document: Document

    def write_document(self) -> None:
        """The head, the parts, the references, the foot."""
        self._write_head()
        for section in self.document.sections:
            self._write_section(section)
        if self.document.references:
            self._write_paragraph("Heading 2", self.document.references_title)
            self._write_references()
        for text in self.document.footer:
            self._write_paragraph("Foot", text)

    def _write_head(self) -> None:
        document = self.document
        self._write_paragraph("Title", document.title)
        self._write_paragraph("Subtitle", document.over)
        self._write_paragraph("Heading 1", document.verdict)
        for screen_line in document.first:
            line = self.sheet.add_paragraph(style="First line loud" if screen_line.tone == "danger" else "First line")
            line.add_run(make_printable(screen_line.title), style="Strong")
            line.add_run("\t")
            self._add_text(line, screen_line.text)

    def _write_section(self, section: Section) -> None:
        self._write_paragraph("Heading 2", section.title)
        for text_block in (text_block for block in section.blocks for text_block in to_text_blocks(block)):
            match text_block:
                case Paragraph(text):
                    self._write_paragraph("Body Text", text)
                case PointList(points):
                    for point in points:
                        self._write_point(point)
                case Table():
                    self._write_table(text_block)

    def _write_point(self, point: Point) -> None:
        line = self.sheet.add_paragraph(style="List Bullet")
        if point.mark:
            line.add_run(format_mark(point, self.document.words), style=f"Check {point.mark}")
            line.add_run(" ")
        if point.lead:
            self._add_text(line, format_lead(point), "Strong")
            line.add_run(" ")
        self._add_text(line, point.text)

    def _write_table(self, table: Table) -> None:
        from concordant.present.docx import file as docx_file

        if table.caption:
            self._write_paragraph("Caption", table.caption)
        elif docx_file.has_table_at_end(self.sheet):
            self._write_paragraph("Table note", "")  # two tables with nothing between them would become one
        grid = docx_file.add_table(self.sheet, len(table.rows) + 1, compute_column_widths(table, docx_file.LINE))
        for cells, texts in zip(grid.rows, [table.columns, *table.rows], strict=True):
            for cell, text in zip(cells.cells, texts, strict=True):
                cell.paragraphs[0].style = "Table text"
                self._add_text(cell.paragraphs[0], text)
        if table.note:
            self._write_paragraph("Table note", table.note)

    def _write_references(self) -> None:
        from concordant.present.docx import file as docx_file

        before = 0
        for source in self.document.references:
            line = self.sheet.add_paragraph(style="List Number")
            if source.n != before + 1:
                docx_file.restart_numbering(self.sheet, line, source.n)
            docx_file.add_bookmark(line, source.n)
            self._write_reference(line, source)
            before = source.n

    def _write_reference(self, line: Line, source: PageReference) -> None:
        """How far it was checked stands apart, because a weak one is to be seen."""
        line.add_run(make_printable(f"{source.citation} "))
        weak = source.mark in ("recalled", "choice")
        line.add_run(make_printable(f"({source.checked})"), style="Checked weakly" if weak else "Checked")

    def _write_paragraph(self, style: str, text: str) -> None:
        self._add_text(self.sheet.add_paragraph(style=style), text)

    def _add_text(self, line: Line, text: str, style: str | None = None) -> None:
        """The words, and each citation as a link to its reference when that is in the list."""
        from concordant.present.docx import file as docx_file

        listed = {source.n for source in self.document.references}
        for part in split_citations(text):
            if not isinstance(part, Citation):
                line.add_run(make_printable(part), style=style)
                continue
            line.add_run("\N{NO-BREAK SPACE}")
            docx_file.add_citation(line, make_printable(format_citation(part)), part.n if part.n in listed else None)
