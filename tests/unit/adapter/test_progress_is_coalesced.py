"""Of many reports few travel: the first at once, then the newest, seldom, and only when a whole percent changed."""

import threading
from collections.abc import Callable

from referee_adapter.progress import Progress, ProgressReporter

DEADLINE = 10


class Poster:
    """Keeps what is posted; can hold a post up."""

    def __init__(self) -> None:
        self.posted: list[Progress] = []
        self._changed = threading.Condition()
        self.let_go = threading.Event()
        self.let_go.set()

    def __call__(self, progress: Progress) -> None:
        with self._changed:
            self.posted.append(progress)
            self._changed.notify_all()
        assert self.let_go.wait(DEADLINE)

    def wait_until(self, condition: Callable[[list[Progress]], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: condition(self.posted), DEADLINE), self.posted


def test_the_first_report_travels_at_once() -> None:
    post = Poster()
    reporter = ProgressReporter(post, min_interval=3600)

    reporter.report(Progress(total=100, done=0))

    post.wait_until(lambda posted: posted == [Progress(total=100, done=0)])
    reporter.close()


def test_a_thousand_reports_within_the_interval_are_one_more_post() -> None:
    post = Poster()
    post.let_go.clear()
    reporter = ProgressReporter(post, min_interval=0.01)
    reporter.report(Progress(total=1000, done=0))
    post.wait_until(lambda posted: len(posted) == 1)

    for done in range(1, 1001):
        reporter.report(Progress(total=1000, done=done))
    post.let_go.set()

    post.wait_until(lambda posted: posted[-1].done == 1000)
    reporter.close()
    assert len(post.posted) == 2


def test_less_than_a_percent_is_no_news() -> None:
    post = Poster()
    reporter = ProgressReporter(post, min_interval=0)
    reporter.report(Progress(total=1000, done=0))
    post.wait_until(lambda posted: len(posted) == 1)

    reporter.report(Progress(total=1000, done=9, errors=3))
    reporter.report(Progress(total=1000, done=10, errors=3))

    post.wait_until(lambda posted: len(posted) == 2)
    reporter.close()
    assert [(p.done, p.errors) for p in post.posted] == [(0, 0), (10, 3)]


def test_nothing_is_posted_after_the_end_and_the_end_does_not_wait() -> None:
    post = Poster()
    post.let_go.clear()
    reporter = ProgressReporter(post, min_interval=0)
    reporter.report(Progress(total=10, done=1))
    post.wait_until(lambda posted: len(posted) == 1)

    reporter.close()
    reporter.report(Progress(total=10, done=9))
    post.let_go.set()

    for thread in threading.enumerate():
        if thread.name == "progress":
            thread.join(DEADLINE)
    assert post.posted == [Progress(total=10, done=1)]


def test_no_report_no_thread() -> None:
    reporter = ProgressReporter(lambda _: None)
    reporter.close()
    reporter.report(Progress(total=1, done=1))

    assert not [thread for thread in threading.enumerate() if thread.name == "progress"]
