"""The file of a simulation to its record: read when patients are to be made, and no part of what answers for one."""

from __future__ import annotations

from pathlib import Path

from concordant.author.files import convert_to_record
from concordant.errors import Complaint, Unreadable
from concordant.model.simulation import Simulation
from concordant.texts import SourceText, read_file

SIMULATION = "cohort/simulation.yaml"


def read_simulation(root: Path) -> Simulation:
    """The simulation of a folder of knowledge. Raises Unreadable where there is none, or it has not that shape."""
    complaints: list[Complaint] = []
    made = convert_simulation(read_file(root / SIMULATION, name=str(root / SIMULATION)), complaints)
    if made is None:
        raise Unreadable(complaints)
    return made


def convert_simulation(text: SourceText, complaints: list[Complaint]) -> Simulation | None:
    """The file as a record; None, and complaints, where it has not that shape."""
    return convert_to_record(text, text.value, Simulation, complaints)
