from hypothesis import given
from hypothesis import strategies as st

from referee.core.evaluation.pairing import Pairing, Pairs


def pairs(here: list[tuple[str, str]], there: list[tuple[str, str]]) -> Pairs:
    pairing = Pairing()
    for position, (id_, key) in enumerate(here):
        pairing.here(position, id_, key)
    for id_, key in there:
        pairing.there(id_, key)
    return pairing.match()


def test_by_id_and_content() -> None:
    found = pairs([("a", "1"), ("b", "2"), ("c", "3")], [("c", "3"), ("a", "1"), ("d", "4")])
    assert (found.position("a"), found.position("c"), found.position("d")) == (0, 2, None)
    assert (found.matched, found.unmatched, found.positions()) == (2, 2, [0, 2])


def test_by_content_where_ids_were_made_anew() -> None:
    found = pairs([("row-1", "1"), ("row-2", "2")], [("x", "2"), ("y", "1")])
    assert (found.position("x"), found.position("y"), found.unmatched) == (1, 0, 0)


def test_an_id_alone_is_not_enough_for_a_question_that_was_corrected() -> None:
    found = pairs([("a", "1")], [("a", "corrected")])
    assert (found.position("a"), found.matched, found.unmatched) == (None, 0, 2)


def test_an_id_goes_before_a_content_that_others_share() -> None:
    found = pairs([("a", "same"), ("b", "same"), ("c", "same")], [("z", "same"), ("b", "same")])
    assert (found.position("b"), found.unmatched) == (1, 1)
    assert found.position("z") in {0, 2}


def test_records_of_more_epochs_are_of_one_sample() -> None:
    found = pairs([("a", "1")], [("a", "1"), ("a", "1"), ("a", "1")])
    assert (found.matched, found.unmatched) == (1, 0)


def test_runs_that_share_nothing() -> None:
    assert (pairs([], [("a", "1")]).unmatched, pairs([("a", "1")], []).unmatched, pairs([], []).matched) == (1, 1, 0)


ROWS = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("123")), max_size=8, unique_by=lambda row: row[0])


@given(ROWS, ROWS)
def test_each_sample_has_one_partner_whatever_the_order(
    here: list[tuple[str, str]], there: list[tuple[str, str]]
) -> None:
    found = pairs(here, there)
    partners = {id_: found.position(id_) for id_, _ in there}
    taken = [position for position in partners.values() if position is not None]
    assert sorted(taken) == found.positions()
    assert len(set(taken)) == len(taken) == found.matched
    assert found.unmatched == len(here) + len(there) - 2 * found.matched
    for id_, key in there:
        position = partners[id_]
        if position is not None:
            assert here[position][1] == key
        if (id_, key) in here:
            assert position == here.index((id_, key))
    # as many of each content as the rarer side has
    for key in "123":
        both = min(sum(k == key for _, k in here), sum(k == key for _, k in there))
        assert sum(here[p][1] == key for p in taken) == both
    assert {id_: pairs(here, there[::-1]).position(id_) for id_, _ in there} == partners
