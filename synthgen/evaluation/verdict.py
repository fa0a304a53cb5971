"""What the figures of an evaluation come to, in words: five questions, and one headline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from textwrap import wrap
from typing import Any, Literal

from synthgen.evaluation import findings
from synthgen.evaluation.enough import too_few
from synthgen.evaluation.findings import Answer, Finding
from synthgen.evaluation.grading import kept
from synthgen.evaluation.judged import Judged, names_of_missing
from synthgen.evaluation.results import Evaluation
from synthgen.evaluation.training_finding import healthy
from synthgen.evaluation.wording import NO_BREAK, firm, known, listing, number

Outcome = Literal[
    "good", "partly", "not_useful", "like_real", "unlike_real", "collapsed", "copies", "unknown"
]
"""`like_real` and `unlike_real` are told where there are no labels, and so nothing to train on."""

RUINED: frozenset[Outcome] = frozenset({"collapsed", "copies"})
"""Outcomes that no score makes up for."""

LITTLE_SPREAD = 0.1
"""Of real samples' spread: a model has collapsed, whatever else its samples look like."""

TEACHES_LITTLE = 0.8
"""Share of what real samples teach above which samples that cover little are not called collapsed: slightly blurred
digits cover little, too, for they are beside the real ones, but teach 0.92. A generator that had collapsed and
looked perfect taught 0.55, three shapes a class 0.46."""

WIDTH = 100
"""Characters of a line of text."""


@dataclass(frozen=True)
class Verdict:
    """The answers about one synthetic dataset."""

    outcome: Outcome
    headline: str
    """One sentence."""
    findings: tuple[Finding, ...] = field(repr=False)

    def finding(self, key: str) -> Finding:
        """The one of this key: `useful`, `diverse`, `faithful`, `copies` or `healthy`."""
        return next(finding for finding in self.findings if finding.key == key)

    def to_text(self) -> str:
        """The headline, and each question with its answer, in lines of at most `WIDTH` characters."""
        lines = wrap(firm(self.headline), WIDTH)
        for finding in self.findings:
            head = f"  {finding.answer:<8} "
            text = firm(f"{finding.question} {finding.sentence}")
            lines += wrap(text, WIDTH, initial_indent=head, subsequent_indent=" " * len(head))
        return "\n".join(lines).replace(NO_BREAK, " ")

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "outcome": self.outcome,
            "headline": self.headline,
            "findings": [asdict(finding) for finding in self.findings],
        }


def verdict(evaluation: Evaluation, health: Sequence[Mapping[str, Any]] | None = None) -> Verdict:
    """What the figures come to; those that are missing are not held against the data.

    `health` are the events of a training as run.json has them, None where there is no training or nobody watched.
    """
    judged, few = Judged(evaluation), too_few(evaluation)
    answers = [
        findings.useful(judged),
        findings.diverse(judged),
        findings.faithful(judged),
        findings.copies(judged),
    ]
    if few:
        answers = [findings.withheld(judged, finding) for finding in answers]
    outcome, headline = _headline(judged, {finding.key: finding.answer for finding in answers}, few)
    trained = healthy(health, collapsed=outcome == "collapsed")
    return Verdict(outcome, headline, (*answers, trained))


def collapse(judged: Judged, faithful: Answer, diverse: Answer, *, few: bool = False) -> str | None:
    """What of a collapse is to be seen: the samples are good, or at least not all bad, but few different ones.

    Of few samples, only what does not take many is looked at.

    Faithfulness is asked for so that a model which has learnt nothing yet, and covers nothing either, is not
    taken for one that has forgotten; repeated samples and no spread at all speak for themselves. A classifier
    trained on real data (GAN-test) judges how faithful samples are and is blind to missing variety; one that is
    trained on the samples (GAN-train) is not (Shmelkov et al. 2018, "How good is my GAN?").
    """
    repeated = f"{judged.value('duplicates')} of the samples repeat another one"
    if judged.mostly_repeated:
        return repeated
    spread = kept(judged.figure("spread_ratio"), judged.evaluation)
    little = f"within a class the samples differ {number(spread)} times as much as real ones"
    if spread is not None and spread < LITTLE_SPREAD:
        return little
    if few or faithful == "no":
        return None
    if _repeats(judged):
        return repeated
    if judged.grade("missing_classes") == "bad":
        return _missing_classes(judged)
    looks_good = "good" in (judged.grade("trts"), judged.grade("precision"))
    teaches = kept(judged.figure("tstr"), judged.evaluation)
    if not looks_good or (teaches is not None and teaches >= TEACHES_LITTLE):
        return None
    bad = [judged.grade(name) == "bad" for name in ("recall", "coverage")]
    if all(bad) or (any(bad) and teaches is not None):
        return _good_but_few(judged)
    if judged.grade("spread_ratio") == "bad":
        return little
    return _good_but_few(judged) if judged.grade("tstr") == "bad" and diverse == "unknown" else None


def _repeats(judged: Judged) -> bool:
    return judged.grade("duplicates") == "bad"


def _missing_classes(judged: Judged) -> str:
    """How many, and which, if the figures by class say so."""
    count = round(known(judged.evaluation.value("missing_classes")) or 0)
    names = names_of_missing(judged)
    which = f" ({listing(names)})" if 0 < len(names) == count else ""
    return (
        f"{count} of {len(judged.evaluation.classes)} classes {'is' if count == 1 else 'are'} missing{which}"
    )


def _good_but_few(judged: Judged) -> str:
    if judged.grade("trts") == "good" and judged.of_number:
        seen = f"a model of real samples predicts them, R² {judged.value('trts')}"
    elif judged.grade("trts") == "good":
        seen = f"a classifier of real samples puts {judged.value('trts')} of them into their class"
    else:
        seen = f"precision {judged.value('precision')}"
    lacks = {
        "tstr": f"{'regression' if judged.of_number else 'a classifier'} that learns from them reaches",
        "coverage": "they cover",
        "recall": "recall is",
    }
    lack = next(name for name in lacks if judged.grade(name) in ("fair", "bad"))
    few = f"{lacks[lack]} {judged.value(lack)} (real {judged.real(lack)})"
    return f"the samples look right ({seen}), but there are few different ones: {few}"


def _headline(judged: Judged, answers: Mapping[str, Answer], few: str | None) -> tuple[Outcome, str]:
    useful, diverse, faithful, copies = (answers[key] for key in ("useful", "diverse", "faithful", "copies"))
    reason = collapse(judged, faithful, diverse, few=few is not None)
    if reason:
        also = "; it also copies its training data" if copies == "yes" else ""
        return "collapsed", f"Collapsed: {reason}{also}."
    if copies == "yes":
        return "copies", f"Copies its training data: {findings.copies_reason(judged)}."
    if few:
        return "unknown", f"Too few to tell: {few}."
    but = _doubts(diverse, faithful, copies)
    if useful == "unknown" or judged.grade("tstr") is None:
        return _by_likeness(diverse, faithful, but)
    outcome, words = _USES[useful]
    if but:
        words += f", {'but' if useful == 'yes' else 'being'} {but}"
    return outcome, f"{words}: {findings.score(judged)}."


def _by_likeness(diverse: Answer, faithful: Answer, but: str) -> tuple[Outcome, str]:
    told = {answer for answer in (diverse, faithful) if answer != "unknown"}
    if not told:
        return "unknown", "Nothing can be said: neither likeness nor use could be measured."
    if told == {"yes"}:
        if faithful == "unknown":
            return (
                "unknown",
                "Too little could be measured to say more than that the samples vary like real ones.",
            )
        words = " and ".join(w for w, a in (("faithful", faithful), ("diverse", diverse)) if a == "yes")
        return "like_real", f"Like the real data: {words}{f', but {but}' if but else ''}."
    if "no" in told:
        return "unlike_real", f"Not like the real data yet: {but}."
    return "partly", f"Partly like the real data: {but}."


def _doubts(diverse: Answer, faithful: Answer, copies: Answer) -> str:
    words = [
        {"no": "much less varied than real data", "partly": "less varied than real data"}.get(diverse),
        {"no": "unlike real data", "partly": "not quite like real data"}.get(faithful),
        {"partly": "perhaps too close to its training data"}.get(copies),
    ]
    there = [word for word in words if word]
    return listing(there) if there else ""


_USES: dict[Answer, tuple[Outcome, str]] = {
    "yes": ("good", "Good to train on"),
    "partly": ("partly", "Partly useful"),
    "no": ("not_useful", "Not useful yet"),
}
