"""The product part of a National Drug Code, in whichever of its forms it is written: the size of the package says nothing here.

A code has three parts of 10 digits in all (4-4-2, 5-3-2, 5-4-1), or of 11 (5-4-2) on bills, where each part is filled up with
zeros. Without hyphens 11 digits have one reading, and 10 have three.
"""

from __future__ import annotations

from concordant.terminology.code_table import CodeableConcept, CodeTable

LABELER, PRODUCT = 5, 4


class ProductTable(CodeTable):
    """The codes of products with their packages, each found by its product in every form; one that may be two is none."""

    def __init__(self) -> None:
        super().__init__()
        self.products: dict[str, CodeableConcept] = {}

    def add_code(self, code: str, concept: CodeableConcept) -> None:
        """Add a code as it is listed."""
        self[code] = concept
        self.products |= dict.fromkeys(list_product_codes(code), concept)

    def find_other_spelling(self, code: str) -> CodeableConcept | None:
        """The code by its product."""
        found = {product.name: product for key in list_product_codes(code) if (product := self.products.get(key)) is not None}
        return next(iter(found.values())) if len(found) == 1 else None


def list_product_codes(code: str) -> tuple[str, ...]:
    """The products that a code may stand for, each as nine digits; none for what is no such code."""
    parts = code.strip().split("-")
    if not all(part.isdecimal() for part in parts):
        return ()
    if len(parts) in (2, 3):
        return (_fill_up(parts[0], parts[1]),) if len(parts[0]) <= LABELER and len(parts[1]) <= PRODUCT else ()
    digits = parts[0]
    match len(digits) if len(parts) == 1 else 0:
        case 11 | 9:
            return (digits[: LABELER + PRODUCT],)
        case 10:
            return tuple(dict.fromkeys(_fill_up(digits[:a], digits[a : a + b]) for a, b in ((4, 4), (5, 3), (5, 4))))
        case _:
            return ()


def _fill_up(labeler: str, product: str) -> str:
    return labeler.zfill(LABELER) + product.zfill(PRODUCT)
