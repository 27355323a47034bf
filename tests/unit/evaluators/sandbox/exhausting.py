"""Attacks that use more than a sample may: time, memory, processes, the way of the answer."""

EXHAUSTING: dict[str, str] = {
    "starts threads": """
import threading
def attack(given):
    threading.Thread(target=print).start()
""",
    "bombs with forks": """
import os
def attack(given):
    while True:
        try:
            os.fork()
        except OSError:
            pass
""",
    "loops": "def attack(given):\n    while True:\n        pass\n",
    "sleeps": "import time\ndef attack(given):\n    while True:\n        time.sleep(1000)\n",
    "loops in C": "import re\ndef attack(given):\n    return bool(re.match('(a+)+$', 'a' * 64 + 'b'))\n",
    "loops and ignores signals": """
import signal
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
def attack(given):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
""",
    "loops while it is defined": "while True:\n    pass\ndef attack(given):\n    return 1\n",
    "asks for memory": "def attack(given):\n    return len('x' * (1 << 30))\n",
    "eats memory": "def attack(given):\n    kept = []\n    while True:\n        kept.append(bytearray(1 << 20))\n",
    "eats memory and goes on": """
def attack(given):
    kept = []
    while True:
        try:
            kept.append(bytearray(1 << 20))
        except MemoryError:
            pass
""",
    "maps memory": """
import mmap
def attack(given):
    return [mmap.mmap(-1, 1 << 28) for _ in range(16)] and 1
""",
    "floods the way of its answer": """
import os
def attack(given):
    while True:
        os.write(3, bytes(1 << 20))
""",
    "returns too much": "def attack(given):\n    return 'x' * (1 << 20)\n",
    "prints too much": "def attack(given):\n    for _ in range(20000):\n        print('x' * 1000)\n    return 1\n",
    "returns what is too deep": """
def attack(given):
    deep = []
    for _ in range(100000):
        deep = [deep]
    return deep
""",
    "recurses": "def attack(given):\n    return attack(given)\n",
    "recurses without a limit": """
import sys
class Deep:
    def __repr__(self):
        return repr(self)
def attack(given):
    sys.setrecursionlimit(1 << 30)
    return repr(Deep())
""",
}
