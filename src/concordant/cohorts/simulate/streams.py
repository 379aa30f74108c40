"""Random numbers by name: each patient has a stream of their own, whoever else is made in the same run.

A number is a hash of the seed, the patient's number and the name of what is drawn. So the order of draws plays no part, and a
patient is the same in whatever part of a cohort they are made.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]
Numbers = NDArray[np.float64]
Days = NDArray[np.int32]
Rows = NDArray[np.intp]
Truths = NDArray[np.bool_]

FIRST, SECOND, STEP = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB), np.uint64(0x9E3779B97F4A7C15)
MANTISSA = np.uint64(11)  # 53 of 64 bits make a number below one


class Stream(NamedTuple):
    """The streams of some patients, or of some of their rows."""

    keys: Keys

    def draw_uniform(self, name: str, turn: int = 0) -> Numbers:
        """A number from 0 up to, but not, 1 for each; another for another name or turn."""
        bits = _mix(self.keys ^ _hash_name(f"{name}#{turn}"))
        return (bits >> MANTISSA).astype(np.float64) * (1.0 / (1 << 53))

    def take(self, rows: Rows) -> Stream:
        """The streams of some of them."""
        return Stream(self.keys[rows])

    def fork(self, rows: Rows, turns: NDArray[np.integer]) -> Stream:
        """A stream for each of several things of a patient, by their number."""
        return Stream(_mix(self.keys[rows] + (turns.astype(np.uint64) + np.uint64(1)) * STEP))


def make_stream(seed: int, patients: NDArray[np.int64]) -> Stream:
    """The streams of patients by their numbers."""
    start = _hash_name(f"seed {seed}")
    return Stream(_mix(_mix(patients.astype(np.uint64) * STEP) ^ start))


def _hash_name(name: str) -> np.uint64:
    return np.uint64(int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little"))


def _mix(bits: Keys) -> Keys:
    """The finalizer of SplitMix64: every bit of the result depends on every bit of the argument."""
    mixed = bits ^ (bits >> np.uint64(30))
    mixed *= FIRST
    mixed ^= mixed >> np.uint64(27)
    mixed *= SECOND
    done: Keys = mixed ^ (mixed >> np.uint64(31))
    return done
