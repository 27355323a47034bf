"""What scripted pods ask, on this machine: a pod that asks waits until its test says what it is to do next.

So a test holds a run at the point it is about, for as long as it needs, without a sleep on either side.
"""

import json
import queue
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATIENCE = 90
Step = list[Any]


class Prompter:
    """Steps for pods, by the name of their job."""

    def __init__(self) -> None:
        self.url = ""
        self._asked: dict[str, int] = defaultdict(int)
        self._steps: dict[str, queue.Queue[Step]] = defaultdict(queue.Queue)
        self._changed = threading.Condition()

    def tell(self, job: str, *step: Any) -> None:
        """What the next pod of the job that asks, or already waits for an answer, is to do."""
        self._steps[job].put(list(step))

    def wait_until_asked(self, job: str, times: int = 1) -> None:
        """Return when pods of the job have asked so often, all attempts together."""
        with self._changed:
            enough = self._changed.wait_for(lambda: self._asked[job] >= times, PATIENCE)
            assert enough, f"pods of {job} asked {self._asked[job]} times in {PATIENCE} s, not {times}"

    def answer(self, job: str) -> Step:
        """The next step of a pod that asks; queue.Empty if no test says one in time."""
        with self._changed:
            self._asked[job] += 1
            self._changed.notify_all()
        return self._steps[job].get(timeout=PATIENCE)

    def dismiss(self) -> None:
        """Have every pod that still asks wait to be ended, which it then is at once."""
        for job in tuple(self._asked):
            self.tell(job, "wait")


@contextmanager
def prompting(host: str) -> Iterator[Prompter]:
    """A prompter that pods reach at this address of this machine."""
    prompter = Prompter()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                body = json.dumps(prompter.answer(self.path.strip("/"))).encode()
            except queue.Empty:  # of a job that its test is done with
                self.send_error(410)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((host, 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    prompter.url = f"http://{host}:{server.server_port}"
    try:
        yield prompter
    finally:
        prompter.dismiss()
        server.shutdown()
        server.server_close()
        thread.join()
