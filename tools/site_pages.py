"""A hook of mkdocs: the pages of the repository that stand beside the folder docs/ are pages of the site too."""

from __future__ import annotations

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parent.parent
BESIDE = {"ARCHITECTURE.md": "architecture.md", "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
CODE = re.compile(r"<code>[^<\n]*</code>")
OPTION = re.compile(r"(?<![\w-])--?[a-z][\w-]*")
LINK = re.compile(r"\]\((?P<up>(?:\.\./)*)(?P<name>[A-Z]+\.md)(?P<anchor>#[\w-]+)?\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add them under names in lower case; on the site a link into docs/ stays in the folder."""
    for name, page in BESIDE.items():
        text = (ROOT / name).read_text(encoding="utf-8").replace("](docs/", "](")
        files.append(File.generated(config, page, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """A link to one of them is right in the repository (../CONTRIBUTING.md); on the site it is one folder nearer."""
    depth = page.file.src_uri.count("/")

    def nearer(link: re.Match[str]) -> str:
        target = BESIDE.get(link["name"])
        return f"]({'../' * depth}{target}{link['anchor'] or ''})" if target else link[0]

    return LINK.sub(nearer, markdown)


def on_page_content(html: str, **_: object) -> str:
    """In a narrow place a long name is broken at its underscores, and an option not at its hyphens."""
    return CODE.sub(lambda code: OPTION.sub(r'<span class="whole">\g<0></span>', code[0]).replace("_", "_<wbr>"), html)
