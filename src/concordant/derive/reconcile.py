"""Several claims about one feature to one fact: agreement, narrowing, or a conflict that is reported."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from concordant.logic.intervals import Interval
from concordant.logic.truth import FALSE, TRUE
from concordant.model.features import Feature, InferenceRule
from concordant.patient.facts import TOLD, Claim, Fact, Origin, Reason, Value, format_value, list_words_left, value_from_words

Reasons = Sequence[tuple[InferenceRule, Reason]]


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
        fact = Fact(feature.name, derived, origin, says, entries, source=source, conflict=conflict, stale=stale, assumed=assumed)
        return replace(fact, date=claim.date, default=claim.default) if claim else fact
    if derived is None:
        return Fact(feature.name, stated, "stated", TOLD, (f"stated.{feature.name}",))
    both = (*entries, f"stated.{feature.name}")
    if (meet := derived.intersect_with(stated)) is not None:
        return Fact(feature.name, meet, "stated", f"{TOLD}; on record: {says}", both, conflict=conflict)
    contradiction = _describe_contradiction(feature, stated, derived, says)
    return Fact(feature.name, derived.join_with(stated), "derived", f"{says}; told otherwise", both, conflict=contradiction)


def _reconcile_word(feature: Feature, claim: Claim | None, stated: Value, reasons: Reasons) -> Fact:
    fact = _make_told_fact(feature, claim, stated)
    if fact.conflict:
        return fact
    proven = [(rule, because) for rule, because in reasons if because.truth is TRUE]
    words = {str(rule.value) for rule, _ in proven}
    left = list_words_left(fact.value)
    if len(words) > 1 or (left is not None and not words <= set(left)):
        return _make_clash_fact(feature, fact, proven)
    if proven:
        return _support_by_rule(fact, proven) if isinstance(fact.value, str) else _make_inferred_fact(feature, proven)
    return fact if left is None else _narrow_by_rules(feature, fact, left, reasons)


def _narrow_by_rules(feature: Feature, fact: Fact, left: tuple[str, ...], reasons: Reasons) -> Fact:
    """What was told, less the words that the rules rule out; a clash when they leave none."""
    still = [word for word in left if not _is_ruled_out(word, reasons)]
    if not still:
        return _make_clash_fact(feature, fact, [])
    return fact if len(still) == len(left) else replace(fact, value=value_from_words(feature, still))


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


def _support_by_rule(fact: Fact, proven: Reasons) -> Fact:
    """Add the statement of a proving rule to a fact that was told anyway; its origin stays the same."""
    if not proven:
        return fact
    rule, because = proven[0]
    return Fact(
        fact.feature, fact.value, fact.origin, fact.says, fact.entries, because, rule.statement, rule.source, assumed=fact.assumed
    )


def _is_ruled_out(word: str, reasons: Reasons) -> bool:
    """True when rules for the word exist and all are certainly false."""
    own = [because for rule, because in reasons if str(rule.value) == word]
    return bool(own) and all(because.truth is FALSE for because in own)


def _make_clash_fact(feature: Feature, fact: Fact, proven: Reasons) -> Fact:
    claims = [f"{format_value(feature, str(rule.value))} by {rule.says or 'another rule'}" for rule, _ in proven]
    if fact.value is not None:
        claims.insert(0, f"{format_value(feature, fact.value)}{f' ({fact.says})' if fact.says else ''}")
    if len(claims) == 1:
        claims.append("the rest of the record rules that out")
    says = f"{feature.label}: {', but '.join(claims)}"
    return Fact(feature.name, None, "unknown", says, fact.entries, conflict=says)
