"""The colour of each outcome."""

from __future__ import annotations

from synthgen.evaluation.verdict import Outcome

TONES: dict[Outcome, str] = {
    "good": "good",
    "like_real": "good",
    "partly": "fair",
    "not_useful": "bad",
    "unlike_real": "bad",
    "collapsed": "bad",
    "copies": "bad",
    "unknown": "none",
}
"""Names of classes in the style sheet."""
