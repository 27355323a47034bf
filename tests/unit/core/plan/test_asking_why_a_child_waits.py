"""A child that does not run has its Events read: soon at first, since they come late, then ever more seldom."""

from datetime import timedelta

from referee.core.plan import decide
from tests.unit.core.world import World


def test_it_is_asked_soon_and_then_ever_more_seldom() -> None:
    world = World()
    world.look()
    asked = []
    for second in range(1, 120):
        world.pass_time(1)
        if world.look().look:
            asked.append(second)
    assert asked == [3, 6, 12, 24, 48, 78, 108]


def test_it_is_not_asked_before_its_time_however_clocks_differ() -> None:
    world = World()
    world.look()
    world.change(world.child().name, created=world.now + timedelta(seconds=60), looked=world.now)
    world.pass_time(2)
    assert not world.look().look


def test_a_child_that_could_not_be_made_has_nothing_to_be_asked() -> None:
    world = World()
    world.look()
    refused = world.child()
    world.change(refused.name, uid="", looked=refused.created)
    world.pass_time(60)
    decision = decide(world.job, list(world.children.values()), lambda: world.resolved, world.now)
    assert not decision.look
    assert decision.wake is not None
    assert decision.wake > world.now
