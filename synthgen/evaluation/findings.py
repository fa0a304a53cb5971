"""The questions that a report answers, each from the figures that speak to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from synthgen.evaluation.grading import Grade
from synthgen.evaluation.judged import Judged, classes_behind, names_of_missing
from synthgen.evaluation.wording import capital, known, listing

Answer = Literal["yes", "partly", "no", "unknown"]
Tone = Literal["good", "fair", "bad", "none"]

OVERLAP = 0.2
"""Share of held-out samples that are training samples, too, above which they cannot tell copies. A table of a few
short columns has some by chance."""


SURE_COPIES = 5
"""Copies more than real data has by chance, of few samples, from which on they are a verdict: a single one of five
samples is a share of 20 %, and says nothing."""


@dataclass(frozen=True)
class Finding:
    """The answer to one question."""

    key: str
    question: str
    answer: Answer
    sentence: str
    figures: tuple[str, ...] = ()
    """Names of those that say so."""
    tone: Tone = "none"
    """Whether the answer is a good one: copying is not."""


def useful(judged: Judged) -> Finding:
    """Whether a classifier that has seen synthetic samples only is as good on real ones."""
    question, figures = "Good for training?", ["tstr"]
    found = judged.grade("tstr")
    gains = judged.grades("augmentation_gain")
    if found is None:
        sentence = _why_not(judged)
        if gains:
            return graded_finding(
                "useful", question, _UPWARD[gains["augmentation_gain"]], _gain(judged), ["augmentation_gain"]
            )
        return Finding("useful", question, "unknown", sentence)
    answer, sentences = _UPWARD[found], [capital(score(judged)) + "."]
    behind = classes_behind(judged, "tstr")
    if behind:
        sentences.append(f"Far behind: {listing(behind)}.")
        answer = "partly" if answer == "yes" else answer
    if gains:
        figures.append("augmentation_gain")
        sentences.append(_gain(judged))
        if gains["augmentation_gain"] == "good" and answer == "no":
            answer = "partly"  # of no use alone, but of use beside real samples
    return graded_finding("useful", question, answer, " ".join(sentences), figures)


def _why_not(judged: Judged) -> str:
    """Why nothing can be said of the use, as far as that is known."""
    errors = [
        result.error for result in judged.evaluation.results if result.section == "utility" and result.error
    ]
    figure = judged.evaluation.figure("tstr")
    if figure is not None and known(figure.value) is not None:
        model = "regression" if judged.of_number else "a classifier"
        return f"Nothing can be said: {model} hardly learns from the real samples, either."
    why = errors[0] if errors else (figure.note if figure is not None else "")
    return f"Could not be measured: {why.rstrip('.')}." if why else "Not measured."


def score(judged: Judged) -> str:
    """What `tstr` says, as a sentence without its capital and full stop."""
    if judged.of_number:
        return (
            f"trained on the synthetic samples alone, regression reaches R² {judged.value('tstr')} on real ones;"
            f" trained on as many real ones, {judged.real('tstr')}"
        )
    title = judged.figure("tstr")
    measure = " (AUC)" if title is not None and "AUC" in f"{title.title} {title.note}" else ""
    return (
        f"trained on the synthetic samples alone, a classifier reaches {judged.value('tstr')}{measure} on real "
        f"ones; trained on as many real ones, {judged.real('tstr')}"
    )


def diverse(judged: Judged) -> Finding:
    """Whether the samples vary as real ones do."""
    names = ("recall", "coverage", "spread_ratio", "missing_classes", "duplicates")
    grades = judged.grades(*names)
    answer: Answer = "unknown"
    if grades:
        bad = {name for name, found in grades.items() if found == "bad"}
        far = len(bad & {"recall", "coverage"}) >= 1 + ("coverage" in grades and "recall" in grades)
        if bad - {"recall", "coverage"} or far:
            answer = "no"
        else:
            answer = "yes" if set(grades.values()) == {"good"} else "partly"
    behind = classes_behind(judged, "coverage")
    if behind and answer == "yes":
        answer = "partly"
    only_repeats = (
        bool(grades) and not behind and {n for n, g in grades.items() if g != "good"} == {"duplicates"}
    )
    lead = (
        _MORE_REPEATS
        if only_repeats
        else {
            "yes": "The samples vary about as much as real ones",
            "partly": "The samples vary less than real ones",
            "no": "The samples show only some of the forms that real ones have",
            "unknown": "Not measured",
        }[answer]
    )
    missing = names_of_missing(judged)
    more = [f"Hardly covered: {listing(missing or behind)}."] if missing or behind else []
    return graded_finding("diverse", "Diverse?", answer, _sentence(judged, lead, grades, more), list(grades))


_MORE_REPEATS = "The samples vary about as much as real ones, but more of them repeat another one"


def faithful(judged: Judged) -> Finding:
    """Whether single samples could be real, and are what their labels say."""
    main = judged.grades("precision", "trts", "shapes", "trends", "violations")
    told_apart = judged.grades("c2st_boosting", "c2st_logistic")
    grades = main | told_apart
    answer: Answer = "unknown"
    if grades:
        answer = "yes" if set(grades.values()) == {"good"} else "partly"
        answer = "no" if "bad" in main.values() else answer
    behind = classes_behind(judged, "trts")
    if behind and answer == "yes":
        answer = "partly"
    lead = {
        "yes": "The samples could pass for real ones",
        "partly": "Most samples are like real ones, but they can be told from them",
        "no": "Many samples are unlike real ones",
        "unknown": "Not measured",
    }[answer]
    others = [found for name, found in grades.items() if name != "trts"]
    if "trts" in grades and all(found == "good" for found in others):
        lead = _of_labels(judged, answer, lead if others else "")
    more = [f"Often not what their label says: {listing(behind)}."] if behind else []
    named = judged.evaluation.classes or judged.of_number
    if grades and judged.evaluation.kind == "table" and not named:
        more.append("No target was named: whether labels fit their rows was not looked at.")
    return graded_finding(
        "faithful", "Faithful?", answer, _sentence(judged, lead, grades, more), list(grades)
    )


def _of_labels(judged: Judged, answer: Answer, as_real: str) -> str:
    """What the labels alone come to; `as_real` is what is said of all the rest where that is good, or nothing."""
    if answer == "yes":
        return as_real or ("The target goes" if judged.of_number else "Labels go") + " with the samples"
    fault = "their target does not go well with the rest"
    if not judged.of_number:
        fault = f"{'many' if answer == 'no' else 'some'} are not what their label says"
    if as_real:
        return f"The samples could pass for real ones, but {fault}"
    return f"Of the samples {fault}"


def copies(judged: Judged) -> Finding:
    """Whether the samples are closer to the training data than other real data are."""
    names = ["exact_copies", "near_copies"]
    if (
        not judged.mostly_repeated
    ):  # a few samples over and over are nearer to one side by chance, all at once
        names += ["dcr_share", "nndr", "membership_auc"]
    grades = judged.grades(*names)
    answer: Answer = "unknown"
    copied = judged.figure("exact_copies")
    if copied is not None and (known(copied.real) or 0.0) > OVERLAP:
        text = f"Cannot be told: {judged.real('exact_copies')} of the held-out samples are training samples, too."
        return graded_finding("copies", "Copies its training data?", "unknown", text, ["exact_copies"])
    if grades:
        sure = {name for name, found in grades.items() if found == "bad"} - {"nndr"}
        answer = "yes" if sure else ("no" if set(grades.values()) == {"good"} else "partly")
    lead = {
        "yes": capital(copies_reason(judged)),
        "partly": "Somewhat closer to its training data than other real data are",
        "no": "No closer to its training data than other real data are",
        "unknown": "Not measured",
    }[answer]
    sentence = _sentence(judged, lead, grades, [])
    tones: dict[Answer, Tone] = {"yes": "bad", "partly": "fair", "no": "good", "unknown": "none"}
    return Finding("copies", "Copies its training data?", answer, sentence, tuple(grades), tones[answer])


def copies_reason(judged: Judged) -> str:
    """The plainest sign of copying."""
    if judged.grade("exact_copies") == "bad":
        return f"{judged.value('exact_copies')} of the samples are training samples"
    if judged.grade("near_copies") == "bad":
        return f"{judged.value('near_copies')} of the samples are nearly training samples"
    if judged.grade("dcr_share") == "bad":
        return (
            f"{judged.value('dcr_share')} of the samples are closer to training samples than to held-out ones"
        )
    auc = judged.value("membership_auc")
    return f"whether a sample was trained on can be told from the synthetic ones (AUC {auc})"


def withheld(judged: Judged, finding: Finding) -> Finding:
    """The finding as it is told of too few samples: with its figures, and without what they would come to.

    That samples are copied stays where it does not hang on one or two of them.
    """
    if finding.answer == "unknown" or (finding.key == "copies" and _sure_of_copies(judged, finding)):
        return finding
    told = judged.told(*finding.figures)
    return replace(finding, answer="unknown", tone="none", sentence=f"Too few samples to tell: {told}.")


def _sure_of_copies(judged: Judged, finding: Finding) -> bool:
    """Whether there are as many copies as chance does not make; the other bounds know of few samples."""
    bad = {name for name in finding.figures if judged.grade(name) == "bad"}
    if finding.answer != "yes" or bad & {"dcr_share", "membership_auc"}:
        return finding.answer == "yes"
    count = judged.evaluation.samples.get("synthetic", 0)
    figures = [figure for name in bad if (figure := judged.figure(name)) is not None]
    more = [(known(figure.value) or 0.0) - (known(figure.real) or 0.0) for figure in figures]
    return any(round(count * share) >= SURE_COPIES for share in more)


def _gain(judged: Judged) -> str:
    found = judged.grade("augmentation_gain")
    words = {"good": "helps", "fair": "makes no clear difference", "bad": "harms", None: ""}[found]
    return f"Added to few real samples it {words}: {judged.value('augmentation_gain')}."


def _sentence(judged: Judged, lead: str, grades: Mapping[str, Grade], more: list[str]) -> str:
    told = judged.told(*grades)
    return " ".join([f"{lead}: {told}." if told else f"{lead}.", *more])


def graded_finding(key: str, question: str, answer: Answer, sentence: str, figures: Sequence[str]) -> Finding:
    """With the tone of its answer, where yes is good."""
    return Finding(key, question, answer, sentence, tuple(figures), _TONES[answer])


_UPWARD: dict[Grade, Answer] = {"good": "yes", "fair": "partly", "bad": "no"}
_TONES: dict[Answer, Tone] = {"yes": "good", "partly": "fair", "no": "bad", "unknown": "none"}
