"""How the DOCX looks: its styles, its language and its paper. Whoever edits the letter changes a style, not a hundred words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor

from concordant.present.page.document import Document

if TYPE_CHECKING:
    from docx.document import Document as Sheet
    from docx.styles.style import CharacterStyle, ParagraphStyle

INK, SOFT, ACCENT = "1c2128", "56606b", "1d4e79"
ALARM, AMBER, GREEN = "9a2a1c", "8a5a00", "2b6a3f"
FONT = "Calibri"
REGIONS = {"en": "en-GB", "de": "de-DE"}  # word processors want a region to check the spelling
FORGOTTEN = ("w:pBdr", "w:rFonts", "w:spacing", "w:kern", "w:i", "w:iCs")  # looks of the built-in styles
TITLE_WIDTH = Cm(3.2)

# name, built upon, size, colour, bold, italic, space before and after
PARAGRAPHS = (
    ("Normal", "", 10.5, INK, False, False, 0, 4),
    ("Title", "Normal", 10.5, SOFT, True, False, 0, 0),
    ("Subtitle", "Normal", 10.5, SOFT, False, False, 0, 4),
    ("Heading 1", "Normal", 17, ACCENT, True, False, 2, 8),
    ("Heading 2", "Normal", 12, ACCENT, True, False, 12, 3),
    ("Body Text", "Normal", 10.5, INK, False, False, 0, 4),
    ("First line", "Normal", 10.5, INK, False, False, 0, 3),
    ("First line loud", "First line", 10.5, ALARM, False, False, 0, 3),
    ("List Bullet", "Normal", 10.5, INK, False, False, 0, 2),
    ("List Number", "Normal", 9.5, INK, False, False, 0, 2),
    ("Caption", "Normal", 10, INK, True, False, 6, 3),
    ("Table text", "Normal", 9.5, INK, False, False, 1, 1),
    ("Table note", "Normal", 9.5, SOFT, False, False, 2, 8),
    ("Foot", "Normal", 9.5, SOFT, False, True, 6, 0),
    ("Footer", "Normal", 8.5, SOFT, False, False, 0, 0),
)
# name, colour, bold
CHARACTERS = (
    ("Citation", SOFT, False),
    ("Checked", SOFT, False),
    ("Checked weakly", ALARM, True),
    ("Check done", GREEN, True),
    ("Check missing", AMBER, True),
    ("Check unmet", ALARM, True),
)
TABLE = f"""
<w:style {nsdecls("w")} w:type="table" w:customStyle="1" w:styleId="ConcordantTable">
  <w:name w:val="Concordant table"/><w:basedOn w:val="TableNormal"/><w:uiPriority w:val="59"/><w:qFormat/>
  <w:tblPr>
    <w:tblBorders>
      <w:bottom w:val="single" w:sz="4" w:space="0" w:color="CFD5DB"/>
      <w:insideH w:val="single" w:sz="4" w:space="0" w:color="CFD5DB"/>
    </w:tblBorders>
    <w:tblCellMar><w:left w:w="0" w:type="dxa"/><w:right w:w="115" w:type="dxa"/></w:tblCellMar>
  </w:tblPr>
  <w:tblStylePr w:type="firstRow">
    <w:rPr><w:b/><w:bCs/><w:color w:val="{SOFT}"/></w:rPr>
  </w:tblStylePr>
</w:style>"""


def apply_styles(sheet: Sheet, document: Document) -> None:
    """Apply the page size, all styles and the language to the whole document."""
    _set_paper(sheet)
    for definition in PARAGRAPHS:
        _define_paragraph_style(sheet, *definition)
    for name, colour, bold in CHARACTERS:
        style: CharacterStyle = sheet.styles.add_style(name, WD_STYLE_TYPE.CHARACTER)
        style.font.color.rgb, style.font.bold = RGBColor.from_string(colour.upper()), bold or None
    _indent_first_lines(sheet)
    sheet.styles.element.append(parse_xml(TABLE))
    _set_language(sheet, document.language)


def _set_paper(sheet: Sheet) -> None:
    part = sheet.sections[0]
    part.page_width, part.page_height = Cm(21), Cm(29.7)
    part.left_margin = part.right_margin = part.top_margin = part.bottom_margin = Cm(2)


def _define_paragraph_style(
    sheet: Sheet, name: str, base: str, size: float, colour: str, bold: bool, italic: bool, before: float, after: float
) -> None:
    style = _get_plain_style(sheet, name)
    if base:
        style.base_style = sheet.styles[base]
    style.font.name, style.font.size, style.font.color.rgb = FONT, Pt(size), RGBColor.from_string(colour.upper())
    style.font.bold, style.font.italic = bold, italic
    style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
    style.paragraph_format.line_spacing = 1.08


def _get_plain_style(sheet: Sheet, name: str) -> ParagraphStyle:
    """The built-in style without the looks it came with, or a new one."""
    if name not in sheet.styles:
        sheet.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style: ParagraphStyle = sheet.styles[name]
    for tag in FORGOTTEN:
        for element in style.element.findall(f".//{qn(tag)}"):
            element.getparent().remove(element)
    return style


def _indent_first_lines(sheet: Sheet) -> None:
    """The titles of the first lines stand in a column of their own."""
    for name in ("First line", "First line loud"):
        form = sheet.styles[name].paragraph_format
        form.left_indent, form.first_line_indent = TITLE_WIDTH, -TITLE_WIDTH
        form.tab_stops.add_tab_stop(TITLE_WIDTH)
    sheet.styles["Caption"].paragraph_format.keep_with_next = True


def _set_language(sheet: Sheet, code: str) -> None:
    for lang in sheet.styles.element.iter(qn("w:lang")):
        lang.set(qn("w:val"), REGIONS.get(code, code))
