"""`python -m concordant`: the command."""

from concordant.cli import run

run()
