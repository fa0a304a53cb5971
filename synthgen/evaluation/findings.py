"""The questions that a report answers, each from the figures that speak to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from synthgen.evaluation.grading import Grade
from synthgen.evaluation.judged import Judged, classes_behind, names_of_missing
from synthgen.evaluation.wording import known, listing

Answer = Literal["yes", "partly", "no", "unknown"]
Tone = Literal["good", "fair", "bad", "none"]

OVERLAP = 0.2
"""Share of held-out samples that are training samples, too, above which they cannot tell copies. A table of a few
short columns has some by chance."""
MOST_EVENTS = 3
"""Of a training, told in the answer."""


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
            return _finding(
                "useful", question, _UPWARD[gains["augmentation_gain"]], _gain(judged), ["augmentation_gain"]
            )
        return Finding("useful", question, "unknown", sentence)
    answer, sentences = _UPWARD[found], [_capital(score(judged)) + "."]
    behind = classes_behind(judged, "tstr")
    if behind:
        sentences.append(f"Far behind: {listing(behind)}.")
        answer = "partly" if answer == "yes" else answer
    if gains:
        figures.append("augmentation_gain")
        sentences.append(_gain(judged))
        if gains["augmentation_gain"] == "good" and answer == "no":
            answer = "partly"  # of no use alone, but of use beside real samples
    return _finding("useful", question, answer, " ".join(sentences), figures)


def _why_not(judged: Judged) -> str:
    """Why nothing can be said of the use, as far as that is known."""
    errors = [
        result.error for result in judged.evaluation.results if result.section == "utility" and result.error
    ]
    figure = judged.evaluation.figure("tstr")
    if figure is not None and known(figure.value) is not None:
        return "Nothing can be said: a classifier hardly learns from the real samples, either."
    why = errors[0] if errors else (figure.note if figure is not None else "")
    return f"Could not be measured: {why.rstrip('.')}." if why else "Not measured."


def score(judged: Judged) -> str:
    """What `tstr` says, as a sentence without its capital and full stop."""
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
    lead = {
        "yes": "The samples vary about as much as real ones",
        "partly": "The samples vary less than real ones",
        "no": "The samples show only some of the forms that real ones have",
        "unknown": "Not measured",
    }[answer]
    missing = names_of_missing(judged)
    more = [f"Hardly covered: {listing(missing or behind)}."] if missing or behind else []
    return _finding("diverse", "Diverse?", answer, _sentence(judged, lead, grades, more), list(grades))


def faithful(judged: Judged) -> Finding:
    """Whether single samples could be real."""
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
    more = [f"Often not what their label says: {listing(behind)}."] if behind else []
    return _finding("faithful", "Faithful?", answer, _sentence(judged, lead, grades, more), list(grades))


def copies(judged: Judged) -> Finding:
    """Whether the samples are closer to the training data than other real data are."""
    grades = judged.grades("exact_copies", "near_copies", "dcr_share", "nndr", "membership_auc")
    answer: Answer = "unknown"
    copied = judged.figure("exact_copies")
    if copied is not None and (known(copied.real) or 0.0) > OVERLAP:
        text = f"Cannot be told: {judged.real('exact_copies')} of the held-out samples are training samples, too."
        return _finding("copies", "Copies its training data?", "unknown", text, ["exact_copies"])
    if grades:
        sure = {name for name, found in grades.items() if found == "bad"} - {"nndr"}
        answer = "yes" if sure else ("no" if set(grades.values()) == {"good"} else "partly")
    lead = {
        "yes": _capital(copies_reason(judged)),
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


def healthy(events: Sequence[Mapping[str, Any]] | None) -> Finding:
    """Whether the training went well: no if it ended in a failure, partly if there was one that passed."""
    question = "Healthy training?"
    if events is None:
        return Finding("healthy", question, "unknown", "Not watched.")
    if not events:
        return _finding("healthy", question, "yes", "Nothing was noticed.", [])
    restarts = sum(event.get("kind") == "restart" for event in events)
    lasting = [event for event in events if _lasts(event, restarts)]
    grave = any(event.get("severity", "failure") == "failure" for event in lasting)
    told = (lasting if grave else list(events))[:MOST_EVENTS]
    texts = [f"{_capital(event_text(event))} (step {event.get('step', '?')})." for event in told]
    if len(events) > len(told):
        texts.append(f"{len(events) - len(told)} more in the section on the training.")
    return _finding("healthy", question, "no" if grave else "partly", " ".join(texts), [])


def event_text(event: Mapping[str, Any]) -> str:
    """What was noticed, without a full stop."""
    if event.get("kind") == "restart":
        return f"went back to step {event.get('back_to', 0)} because of {_plain(event.get('because'))}"
    text = str(event.get("text") or _plain(event.get("kind"))).strip().rstrip(".")
    return f"{text}, until step {event['until']}" if event.get("until") is not None else text


def _gain(judged: Judged) -> str:
    found = judged.grade("augmentation_gain")
    words = {"good": "helps", "fair": "makes no clear difference", "bad": "harms", None: ""}[found]
    return f"Added to few real samples it {words}: {judged.value('augmentation_gain')}."


def _sentence(judged: Judged, lead: str, grades: Mapping[str, Grade], more: list[str]) -> str:
    told = judged.told(*grades)
    return " ".join([f"{lead}: {told}." if told else f"{lead}.", *more])


def _lasts(event: Mapping[str, Any], restarts: int) -> bool:
    """Whether something was still so at the end: not over, and not of an attempt that was given up."""
    if event.get("kind") == "restart" or event.get("until") is not None or event.get("given_up"):
        return False
    return event.get("attempt", restarts) == restarts


def _plain(word: object) -> str:
    return str(word or "something").replace("_", " ")


def _finding(key: str, question: str, answer: Answer, sentence: str, figures: Sequence[str]) -> Finding:
    return Finding(key, question, answer, sentence, tuple(figures), _TONES[answer])


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


_UPWARD: dict[Grade, Answer] = {"good": "yes", "fair": "partly", "bad": "no"}
_TONES: dict[Answer, Tone] = {"yes": "good", "partly": "fair", "no": "bad", "unknown": "none"}
