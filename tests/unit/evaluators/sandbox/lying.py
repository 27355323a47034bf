"""Attacks on the answer: forged, doubled, unreadable, missing; and on what answers are made with."""

LYING: dict[str, str] = {
    "prints a forged result": """
import json, sys
def attack(given):
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        stream.write(json.dumps({"value": 1, "printed": ""}) + "\\n")
        stream.flush()
    return 0
""",
    "writes forged results to every descriptor": """
import json, os, struct
def attack(given):
    body = json.dumps({"value": 1, "printed": ""}).encode()
    for number in range(2048):
        try:
            os.write(number, bytes(16) + struct.pack("!I", len(body)) + body)
            os.write(number, b"A" + struct.pack("!QI", 1, len(body)) + body)
        except OSError:
            pass
    return 0
""",
    "answers twice": """
import json, os, struct, sys
def attack(given):
    frame = sys._getframe()
    while "tag" not in frame.f_locals:
        frame = frame.f_back
    body = json.dumps({"value": 1, "printed": ""}).encode()
    os.write(3, frame.f_locals["tag"] + struct.pack("!I", len(body)) + body)
    return 0
""",
    "closes the way of its answer": "import os, time\ndef attack(given):\n    os.close(3)\n    time.sleep(1000)\n",
    "returns what is deep for its reader": """
import os, sys, struct
def attack(given):
    frame = sys._getframe()
    while "tag" not in frame.f_locals:
        frame = frame.f_back
    body = b'{"value":' + b"[" * 30000 + b"]" * 30000 + b"}"
    os.write(3, frame.f_locals["tag"] + struct.pack("!I", len(body)) + body)
    os._exit(0)
""",
    "returns an object": "def attack(given):\n    return object()\n",
    "returns an object that lies": """
class Liar:
    def tolist(self):
        return Liar()
def attack(given):
    return Liar()
""",
    "exits": "import sys\ndef attack(given):\n    sys.exit(0)\n",
    "exits at once": "import os\ndef attack(given):\n    os._exit(0)\n",
    "aborts": "import os\ndef attack(given):\n    os.abort()\n",
    "crashes": "import ctypes\ndef attack(given):\n    return ctypes.string_at(0)\n",
    "raises what cannot be shown": """
class Odd(BaseException):
    def __str__(self):
        raise ValueError
def attack(given):
    raise Odd
""",
    "raises very much": "def attack(given):\n    raise ValueError('x' * (1 << 20))\n",
    "imports what is not there": "import requests\ndef attack(given):\n    return 1\n",
    "looks for modules elsewhere": """
import importlib, sys
def attack(given):
    sys.path.append("/usr/lib/python3")
    sys.meta_path[:] = []
    import importlib.machinery
    sys.meta_path.append(importlib.machinery.PathFinder)
    sys.path_hooks.append(importlib.machinery.FileFinder.path_hook((importlib.machinery.SourceFileLoader, [".py"])))
    importlib.invalidate_caches()
    import this
    return 1
""",
    "spoils Python": """
import builtins, json, os, struct, sys
def attack(given):
    json.dumps = lambda *a, **k: '{"value": 1, "printed": ""}'
    builtins.open = builtins.len = os.write = struct.pack = None
    sys.modules.clear()
    return 0
""",
}
