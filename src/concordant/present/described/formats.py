"""The formats of a described statement."""

from __future__ import annotations

from typing import Literal, get_args

DescribeFormat = Literal["md", "html", "pdf", "docx"]
DESCRIBE_FORMATS: tuple[DescribeFormat, ...] = get_args(DescribeFormat)
