"""Several claims about one feature to one fact: agreement, narrowing, or a conflict that is reported."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from concordant.logic.intervals import Interval
from concordant.logic.truth import FALSE, TRUE
from concordant.model.features import Feature, InferenceRule
from concordant.patient.facts import TOLD, Because, Claim, Fact, Origin, Value, format_value, list_words_left, value_from_words

Reasons = Sequence[tuple[InferenceRule, Because]]


def reconcile(feature: Feature, claim: Claim | None, stated: Value, reasons: Reasons) -> Fact:
    """Reconcile what the record claims, what was stated and what the rules prove into one fact, or into a conflict."""
    if feature.is_numeric:
        return _reconcile_number(feature, claim, stated)
    return _reconcile_word(feature, claim, stated, reasons)


def _reconcile_number(feature: Feature, claim: Claim | None, stated: Value) -> Fact:
    derived = claim.value if claim and isinstance(claim.value, Interval) else None
    says, entries = (claim.says, claim.entries) if claim else ("", ())
    conflict = claim.conflict if claim else ""
    stale = claim.stale if claim else ""
    assumed = claim.assumed if claim else ""
    source = claim.source if claim else None
    if not isinstance(stated, Interval):
        origin: Origin = "derived" if derived is not None else "unknown"
        found = Fact(feature.name, derived, origin, says, entries, source=source, conflict=conflict, stale=stale, assumed=assumed)
        return replace(found, date=claim.date) if claim else found
    if derived is None:
        return Fact(feature.name, stated, "stated", TOLD, (f"stated.{feature.name}",))
    both = (*entries, f"stated.{feature.name}")
    if (meet := derived.intersect_with(stated)) is not None:
        return Fact(feature.name, meet, "stated", f"{TOLD}; on record: {says}", both, conflict=conflict)
    told = _describe_contradiction(feature, stated, derived, says)
    return Fact(feature.name, derived.join_with(stated), "derived", f"{says}; told otherwise", both, conflict=told)


def _reconcile_word(feature: Feature, claim: Claim | None, stated: Value, reasons: Reasons) -> Fact:
    told = _make_told_fact(feature, claim, stated)
    if told.conflict:
        return told
    proven = [(rule, because) for rule, because in reasons if because.truth is TRUE]
    words = {str(rule.value) for rule, _ in proven}
    left = list_words_left(told.value)
    if len(words) > 1 or (left is not None and not words <= set(left)):
        return _make_clash_fact(feature, told, proven)
    if proven:
        return _support_by_rule(told, proven) if isinstance(told.value, str) else _make_inferred_fact(feature, proven)
    return told if left is None else _narrow_by_rules(feature, told, left, reasons)


def _narrow_by_rules(feature: Feature, told: Fact, left: tuple[str, ...], reasons: Reasons) -> Fact:
    """What was told, less the words that the rules rule out; a clash when they leave none."""
    still = [word for word in left if not _is_ruled_out(word, reasons)]
    if not still:
        return _make_clash_fact(feature, told, [])
    return told if len(still) == len(left) else replace(told, value=value_from_words(feature, still))


def _make_inferred_fact(feature: Feature, proven: Reasons) -> Fact:
    rule, because = proven[0]
    return Fact(
        feature.name, str(rule.value), "inferred", rule.says, because=because, statement=rule.statement, source=rule.source
    )


def _make_told_fact(feature: Feature, claim: Claim | None, stated: Value) -> Fact:
    """What the record and the stated value say, before any rule."""
    derived = claim.value if claim and isinstance(claim.value, str) else None
    if claim is not None and claim.conflict:
        return Fact(feature.name, None, "unknown", claim.says, claim.entries, conflict=claim.conflict)
    wanted = list_words_left(stated)
    if wanted is not None and (derived is None or derived == stated or claim is None):
        return Fact(feature.name, stated, "stated", TOLD, (f"stated.{feature.name}",))
    if claim is None:
        return Fact(feature.name, None, "unknown")
    if wanted is not None and derived not in wanted:
        says = _describe_contradiction(feature, stated, derived, claim.says)
        return Fact(feature.name, None, "unknown", says, claim.entries, conflict=says)
    origin: Origin = "derived" if derived is not None else "unknown"
    return Fact(
        feature.name, derived, origin, claim.says, claim.entries, stale=claim.stale, assumed=claim.assumed, unread=claim.unread
    )


def _describe_contradiction(feature: Feature, stated: Value, derived: Value, says: str) -> str:
    """The sentence for a stated value that the record contradicts."""
    on_record = f"{format_value(feature, derived)}{f' ({says})' if says else ''}"
    return f"{feature.label}: stated as {format_value(feature, stated)}, but the record gives {on_record}"


def _support_by_rule(told: Fact, proven: Reasons) -> Fact:
    """Add the statement of a proving rule to a fact that was told anyway; its origin stays the same."""
    if not proven:
        return told
    rule, because = proven[0]
    return Fact(
        told.feature, told.value, told.origin, told.says, told.entries, because, rule.statement, rule.source, assumed=told.assumed
    )


def _is_ruled_out(word: str, reasons: Reasons) -> bool:
    """True when rules for the word exist and all are certainly false."""
    own = [because for rule, because in reasons if str(rule.value) == word]
    return bool(own) and all(because.truth is FALSE for because in own)


def _make_clash_fact(feature: Feature, told: Fact, proven: Reasons) -> Fact:
    claims = [f"{format_value(feature, str(rule.value))} by {rule.says or 'another rule'}" for rule, _ in proven]
    if told.value is not None:
        claims.insert(0, f"{format_value(feature, told.value)}{f' ({told.says})' if told.says else ''}")
    if len(claims) == 1:
        claims.append("the rest of the record rules that out")
    says = f"{feature.label}: {', but '.join(claims)}"
    return Fact(feature.name, None, "unknown", says, told.entries, conflict=says)
