"""How close the output is to the target, from 0 to 1; of several accepted answers the closest counts.

Each measure is a kept library's, with all that it leaves open stated here; both texts are in Unicode's form C. BLEU and
CHRF, which their papers give in percent, are divided by 100. Two texts that are both empty are the same: 1.

- BLEU: sacrebleu, one sentence, tokenizer 13a, exponential smoothing, orders up to 4 as far as the output is that long.
- CHRF: sacrebleu, characters up to 6, no words, beta 2. Needs no words, so it is the one for Chinese or Thai.
- ROUGE1, ROUGEL: rouge-score, F-measure, no stemmer. Its own tokenizer knows a-z and 0-9 alone, so that every Greek
  answer would be equally bad; here a word is a run of Unicode letters and digits, in small letters: the same for ASCII.
  The common subsequence is rapidfuzz's: rouge-score's takes seconds for two texts of a thousand words.
- Levenshtein: rapidfuzz, 1 - distance / length of the longer.
- TokenF1: as SQuAD evaluates (Rajpurkar et al. 2016): small letters, no punctuation, no articles.
"""

import asyncio
import importlib
import re
import string
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from referee_adapter.fields import Fields
from referee_evaluators.evaluators.graders.grade import NUMBER, Found, Grader
from referee_evaluators.evaluators.graders.targets import accepted_texts
from referee_evaluators.evaluators.graders.texts import output_of
from referee_evaluators.spec import EvaluatorSpec
from referee_evaluators.types import Sample

Measure = Callable[[str, Sequence[str]], float]
_LONG = 50_000
"""Characters from which on a comparison goes to a thread: CHRF takes seconds for a text of a million."""
_WORD = re.compile(r"[^\W_]+")
_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")


def grader(options: Fields, evaluator: EvaluatorSpec) -> Grader:
    """Read the metric."""
    del evaluator
    measure = _MEASURES[options.choice("metric", tuple(_MEASURES))]()

    def grade(sample: Sample) -> Found | Awaitable[Found]:
        output, answers = output_of(sample), accepted_texts(sample)
        if not output.strip() and not all(answer.strip() for answer in answers):
            return Found(1.0, "output and target are empty")
        if len(output) > _LONG:
            return asyncio.to_thread(found, output, answers)
        return found(output, answers)

    def found(output: str, answers: Sequence[str]) -> Found:
        # identical texts come to 1.0000000000000002 in some of them
        return Found(min(1.0, measure(output, answers)))

    return Grader(grade, NUMBER)


def _bleu() -> Measure:
    bleu = importlib.import_module("sacrebleu.metrics").BLEU(tokenize="13a", smooth_method="exp", effective_order=True)
    return lambda output, answers: float(bleu.sentence_score(output, list(answers)).score) / 100


def _chrf() -> Measure:
    chrf = importlib.import_module("sacrebleu.metrics").CHRF(char_order=6, word_order=0, beta=2)
    return lambda output, answers: float(chrf.sentence_score(output, list(answers)).score) / 100


def _rouge_1() -> Measure:
    scorer = importlib.import_module("rouge_score.rouge_scorer").RougeScorer(["rouge1"], tokenizer=_Words())
    return lambda output, answers: float(scorer.score_multi(list(answers), output)["rouge1"].fmeasure)


def _rouge_l() -> Measure:
    f_measure = importlib.import_module("rouge_score.scoring").fmeasure
    common = importlib.import_module("rapidfuzz.distance").LCSseq.similarity

    def one(output: list[str], answer: list[str]) -> float:
        length = common(output, answer)
        return float(f_measure(length / len(output), length / len(answer))) if length else 0.0

    return lambda output, answers: max(one(_words(output), _words(answer)) for answer in answers)


def _levenshtein() -> Measure:
    similarity = importlib.import_module("rapidfuzz.distance").Levenshtein.normalized_similarity
    return lambda output, answers: max(float(similarity(output, answer)) for answer in answers)


def _token_f1() -> Measure:
    return lambda output, answers: max(token_f1(output, answer) for answer in answers)


def token_f1(output: str, answer: str) -> float:
    """F1 of the words in common, each as often as both have it."""
    ours, theirs = _squad(output), _squad(answer)
    if not ours or not theirs:
        return float(ours == theirs)
    common = (Counter(ours) & Counter(theirs)).total()
    return 2 * common / (len(ours) + len(theirs))


_MEASURES: Mapping[str, Callable[[], Measure]] = {
    "BLEU": _bleu,
    "ROUGE1": _rouge_1,
    "ROUGEL": _rouge_l,
    "CHRF": _chrf,
    "Levenshtein": _levenshtein,
    "TokenF1": _token_f1,
}


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _squad(text: str) -> list[str]:
    return _ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split()


class _Words:
    """What rouge-score asks of a tokenizer."""

    def tokenize(self, text: str) -> Any:  # noqa: ANN401 - an untyped library's interface
        return _words(text)
