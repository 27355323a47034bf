"""A name that does not exist is answered with the one that was meant, or with what there is."""

import pytest

from referee.api.nearest import alternatives, closest_first, nearest

_TASKS = ["gsm8k", "gsm8k_cot", "mmlu", "mmlu_pro", "hellaswag", "triviaqa"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [("gms8k", "gsm8k"), ("GSM8K", "gsm8k"), ("mmlu-pro", "mmlu_pro"), ("helaswag", "hellaswag"), ("poetry", None)],
)
def test_the_likeliest_name_is_found_and_nothing_far_off(written: str, meant: str | None) -> None:
    assert nearest(written, _TASKS) == meant


def test_names_that_begin_so_come_first_and_the_rest_by_likeness() -> None:
    ordered = closest_first("mmlu", ["zzz", "hellaswag", "mmlu_stem", "mlmu", "mmlu_pro"])
    assert set(ordered[:2]) == {"mmlu_stem", "mmlu_pro"}
    assert ordered[2] == "mlmu"


def test_alternatives_name_the_likeliest_and_count_what_is_left_out() -> None:
    said = alternatives("gms8k", [*_TASKS, *(f"task{n}" for n in range(20))], limit=3)
    assert said.startswith("; did you mean 'gsm8k'? There are gsm8k, gsm8k_cot, ")
    assert said.endswith(" and 23 more")


def test_without_anything_near_there_is_a_list_and_without_anything_that() -> None:
    assert alternatives("poetry", ["b", "a"]) == "; there are a, b"
    assert alternatives("poetry", []) == "; there are none"
