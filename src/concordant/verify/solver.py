"""The one room that knows Z3: clauses go in, and the signs that hold come out. Loaded only where something is proved."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Literal

import z3  # type: ignore[import-untyped]

from concordant.logic.conditions import Condition
from concordant.verify.clauses import Clauses, Sign
from concordant.verify.space import TIMEOUT, Assignment, PatientSpace


class Z3Finder:
    """Finds patients of a space with Z3."""

    def __init__(self, space: PatientSpace, timeout: float = 10.0) -> None:
        self._clauses = Clauses(space)
        self._context = z3.Context()
        self._solver = z3.SolverFor("QF_FD", ctx=self._context)
        self._solver.set("timeout", int(timeout * 1000))
        self._sent = 0

    def prepare_conditions(self, conditions: Iterable[Condition]) -> None:
        """See `PatientFinder`."""
        for condition in conditions:
            self._clauses.find_sign(condition)

    def is_possible(self, wanted: Condition, without: Collection[str] = ()) -> bool | Literal["timeout"]:
        """See `PatientFinder`."""
        found = self._solver.check(*self._assume(wanted, without))
        return TIMEOUT if found == z3.unknown else bool(found == z3.sat)

    def find_patient(
        self, wanted: Condition, wishes: Sequence[Condition] = (), without: Collection[str] = ()
    ) -> Assignment | Literal["timeout"] | None:
        """See `PatientFinder`."""
        signs = [self._clauses.find_sign(wish) for wish in wishes]
        needed = self._assume(wanted, without)
        found = self._solver.check(*needed)
        if found == z3.unsat:
            return None
        if found != z3.sat:
            return TIMEOUT
        model = self._meet_wishes(needed, signs)
        return self._clauses.read_patient(lambda sign: z3.is_true(model.eval(self._literal(sign), model_completion=True)))

    def _meet_wishes(self, needed: list[z3.BoolRef], wishes: list[Sign]) -> z3.ModelRef:
        """A model in which many wishes hold: of those that cannot hold together the last gives way."""
        model = self._solver.model()
        left = {str(sign): self._literal(sign) for sign in wishes}
        while left:
            found = self._solver.check(*needed, *left.values())
            if found == z3.sat:
                return self._solver.model()
            broken = list(self._solver.unsat_core()) if found == z3.unsat else []
            blamed = [name for name, wish in left.items() if any(wish.eq(one) for one in broken)]
            if not blamed:
                return model
            del left[blamed[-1]]
        return model

    def _assume(self, wanted: Condition, without: Collection[str]) -> list[z3.BoolRef]:
        """What holds for one question: the condition, and every loose constraint that is not left out."""
        signs = [self._clauses.find_sign(wanted), *(kept for name, kept in self._clauses.kept.items() if name not in without)]
        self._send()
        return [self._literal(sign) for sign in signs]

    def _send(self) -> None:
        """Give the solver the clauses that it has not seen, all at once: as text that costs a twentieth."""
        fresh = self._clauses.clauses[self._sent :]
        if fresh:
            lines = [f"p cnf {self._clauses.count} {len(fresh)}", *(" ".join(map(str, (*one, 0))) for one in fresh)]
            self._solver.from_string("\n".join(lines) + "\n")
            self._sent += len(fresh)

    def _literal(self, sign: Sign) -> z3.BoolRef:
        literal = z3.Bool(abs(sign), self._context)
        return literal if sign > 0 else z3.Not(literal)
