"""The lines of the first screen on what nobody read: reports, and words that were not understood."""

from __future__ import annotations

import textwrap
from collections import Counter

from concordant.present.sentences import Sentences

REPORTS_SHOWN = 3  # places of reports
NOT_UNDERSTOOD_SHOWN, LONGEST_NOT_UNDERSTOOD = 3, 190


def describe_not_understood(sentences: Sentences) -> str:
    """The beginning of what nobody understood: the rest is one step away."""
    told = sentences.language.join_few(sentences.answer.not_understood, NOT_UNDERSTOOD_SHOWN)
    return textwrap.shorten(told, LONGEST_NOT_UNDERSTOOD, placeholder=" ...")


def describe_reports(sentences: Sentences) -> str:
    """How many reports, notes and claims speak of what decides, of what, and where the first of them stand."""
    reports, language = sentences.answer.reports_not_read, sentences.language
    if not reports:
        return ""
    counts = Counter(report.kind for report in reports)
    what = language.join_with_and(
        [language.say(f"reports.{kind}" if n > 1 else f"reports.{kind}.1", n=n) for kind, n in counts.items()]
    )
    topics = language.join_with_and(list(dict.fromkeys(topic for report in reports for topic in report.speaks_of)))
    where = language.join_few([report.entry for report in reports], REPORTS_SHOWN)
    return language.say("reports" if len(reports) > 1 else "reports.1", what=what, topics=topics, where=where)
