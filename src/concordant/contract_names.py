"""The names that the contract fixes and that are features of the knowledge too; no other file of the program has them."""

from __future__ import annotations

from typing import Literal

Sex = Literal["sex"]  # section 1, `patient`: its first word, of which there are codes
PatientWord = Literal[Sex, "menopausal_status"]  # section 1, `patient`: its two words; its numbers stand in the vocabulary
LINE_OF_THERAPY = "line_of_therapy"  # section 4: the line that the next new regimen would be
