"""The formats of a described statement."""

from __future__ import annotations

from typing import Literal, get_args

DescribeFormat = Literal["md", "html", "pdf", "docx"]
DESCRIBE_FORMATS: tuple[DescribeFormat, ...] = get_args(DescribeFormat)

DiffFormat = Literal["md", "html", "pdf", "docx", "json", "svg", "png"]
DIFF_FORMATS: tuple[DiffFormat, ...] = get_args(DiffFormat)
"""The formats of a comparison: a page, what was found as data, a picture."""
