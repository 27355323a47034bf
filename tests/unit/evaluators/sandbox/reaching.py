"""Attacks that reach for what is outside of the sandbox. Those that try many things return the names of what worked."""

_TRY = """
import ctypes, os, sys, io
libc = ctypes.CDLL(None, use_errno=True)
def attempt(**attempts):
    worked = []
    for name, action in attempts.items():
        try:
            found = action()
            if found is None or found is False or (isinstance(found, int) and found < 0):
                continue
            worked.append(name)
        except BaseException as error:
            pass
    return worked
"""

REACHING: dict[str, str] = {
    "steals the token": _TRY
    + """
def attack(given):
    path = given["secret"]
    import codecs, tokenize, linecache, importlib.machinery, logging
    raw = path.encode()
    return attempt(
        open=lambda: open(path).read(), os_open=lambda: os.open(path, 0), file_io=lambda: io.FileIO(path).read(),
        open_code=lambda: io.open_code(path).read(), codecs=lambda: codecs.open(path).read(),
        tokenize=lambda: tokenize.open(path).read(), lines=lambda: linecache.getlines(path) or None,
        loader=lambda: importlib.machinery.SourceFileLoader("x", path).get_data(path),
        libc_open=lambda: libc.open(raw, 0), fopen=lambda: bool(libc.fopen(raw, b"r")) or None,
        library=lambda: ctypes.CDLL(path), stat=lambda: os.stat(path), link=lambda: os.readlink(path),
        listing=lambda: os.listdir(os.path.dirname(path)), scan=lambda: list(os.scandir(os.path.dirname(path))),
        access=lambda: os.access(path, os.R_OK), change=lambda: os.chdir("/") or True,
        copy=lambda: os.link(path, "/tmp/x"),
        logfile=lambda: logging.FileHandler(path),
    )
""",
    "reads its environment": """
import os
def attack(given):
    return sorted(set(os.environ) - {
        "HOME", "LANG", "PYTHONDONTWRITEBYTECODE", "PYTHONHASHSEED", "PYTHONUTF8", "TZ", "OPENBLAS_NUM_THREADS",
        "OMP_NUM_THREADS", "PYTHONPATH", "LC_CTYPE"})
""",
    "searches the memory": """
import gc, sys
def attack(given):
    seen, found = set(), []
    waiting = [*gc.get_objects(), *sys._current_frames().values(), *sys.modules.values()]
    while waiting and len(seen) < 300_000:
        thing = waiting.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if isinstance(thing, str | bytes | bytearray):
            text = thing if isinstance(thing, str) else bytes(thing).decode("latin-1")
            if "-".join(["this", "is", "the", "adapters"]) in text:
                found.append(text[:50])
        elif not isinstance(thing, type):
            waiting += gc.get_referents(thing)
    return found
""",
    "opens sockets": _TRY
    + """
import socket
def attack(given):
    return attempt(
        inet=lambda: socket.socket(socket.AF_INET), inet6=lambda: socket.socket(socket.AF_INET6),
        unix=lambda: socket.socket(socket.AF_UNIX), netlink=lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
        packet=lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW), vsock=lambda: socket.socket(40),
        alg=lambda: socket.socket(38, socket.SOCK_SEQPACKET), pair=lambda: socket.socketpair(),
        connect=lambda: socket.create_connection(("127.0.0.1", 80), 1),
        names=lambda: socket.getaddrinfo("localhost", 80),
        raw=lambda: libc.socket(2, 1, 0),
    )
""",
    "uses descriptors that are open": _TRY
    + """
import socket
def attack(given):
    found = []
    for number in range(4, 2048):
        try:
            os.fstat(number)
            found.append(number)
        except OSError:
            pass
    return found + attempt(send=lambda: socket.socket(fileno=3).send(b"x"), receive=lambda: os.read(3, 1))
""",
    "starts processes": _TRY
    + """
def attack(given):
    return attempt(
        thread=lambda: __import__("_thread").start_new_thread(print, ()),
        fork=lambda: os.fork() or os._exit(0), vfork=lambda: libc.vfork(),
        run=lambda: __import__("subprocess").run(["true"]),
        popen=lambda: os.popen("true"),
        workers=lambda: __import__("multiprocessing").Pool(2),
        system=lambda: (lambda code: None if code in (-1, 127 << 8) else code)(os.system("true")),
        spawn=lambda: os.posix_spawn("/bin/true", ["true"], {}), execute=lambda: os.execv("/bin/true", ["true"]),
        clone3=lambda: libc.syscall(435, 0, 0), many=lambda: [os.fork() for _ in range(1000)],
    )
""",
    "writes files": _TRY
    + """
import tempfile
def attack(given):
    made = {}
    for number, place in enumerate(["/tmp", "/dev/shm", "/data", "/var/tmp", "/proc/self", ".", "/"]):
        path = place + "/referee-hostile"
        made[f"create{number}"] = lambda path=path: open(path, "w")
        made[f"folder{number}"] = lambda path=path: os.mkdir(path) or True
        made[f"symlink{number}"] = lambda path=path: os.symlink("/etc", path) or True
        made[f"fifo{number}"] = lambda path=path: os.mkfifo(path) or True
    return attempt(
        **made, temporary=lambda: tempfile.TemporaryFile(), memory=lambda: os.memfd_create("x"),
        remove=lambda: os.unlink(given["secret"]) or True, rename=lambda: os.rename(given["secret"], "/tmp/y") or True,
        mode=lambda: os.chmod(given["secret"], 0o777) or True, cut=lambda: os.truncate(given["secret"], 0) or True,
        times=lambda: os.utime(given["secret"]) or True, pipe=lambda: os.pipe(),
    )
""",
    "looks into its parent": _TRY
    + """
def attack(given):
    made = {}
    for pid in ("self", str(os.getppid()), "1", str(given["adapter"])):
        for name in ("environ", "mem", "maps", "cmdline", "fd", "root", "cwd", "status"):
            made[f"{pid} {name}"] = lambda path=f"/proc/{pid}/{name}": os.open(path, 0)
    return attempt(
        **made, ptrace=lambda: libc.ptrace(16, os.getppid(), 0, 0),
        memory=lambda: libc.process_vm_readv(os.getppid(), 0, 0, 0, 0, 0),
        pidfd=lambda: os.pidfd_open(os.getppid()),
    )
""",
    "sends signals": _TRY
    + """
import signal
def attack(given):
    made = {}
    for pid in (os.getppid(), given["adapter"], 1, 0, -1, os.getpid()):
        made[f"kill {pid}"] = lambda pid=pid: os.kill(pid, 0) or True
        made[f"stop {pid}"] = lambda pid=pid: os.kill(pid, signal.SIGSTOP) or True
    return attempt(
        **made, group=lambda: os.killpg(0, 0) or True, queue=lambda: libc.sigqueue(os.getppid(), 10, 0),
        thread=lambda: libc.syscall(234, os.getppid(), os.getppid(), 10),
    )
""",
    "changes what it may": _TRY
    + """
import resource, time
def attack(given):
    return attempt(
        uid=lambda: os.setuid(0) or True, uids=lambda: os.setresuid(0, 0, 0) or True,
        group=lambda: os.setgid(0) or True,
        root=lambda: os.chroot("/") or True, unshare=lambda: libc.unshare(0x10000000), setns=lambda: libc.setns(0, 0),
        dumpable=lambda: libc.prctl(4, 1, 0, 0, 0), seccomp=lambda: libc.prctl(22, 1, 0, 0, 0),
        name=lambda: libc.prctl(15, b"x", 0, 0, 0), parent=lambda: libc.prctl(1, 0, 0, 0, 0),
        memory=lambda: resource.setrlimit(resource.RLIMIT_AS, (-1, -1)) or True,
        cpu=lambda: resource.setrlimit(resource.RLIMIT_CPU, (-1, -1)) or True, nice=lambda: os.nice(-5),
        clock=lambda: time.clock_settime(time.CLOCK_REALTIME, 0) or True,
        mount=lambda: libc.mount(b"x", b"/tmp", b"tmpfs", 0, 0),
        session=lambda: os.setsid(), affinity=lambda: os.sched_setaffinity(0, {0}) or True,
        alarm=lambda: os.nice(0) if False else libc.alarm(1) or None,
    )
""",
    "calls everything that the kernel has": """
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
def attack(given):
    worked = []
    for number in range(1024):
        if number in given["allowed"] or number in (335, 336):
            continue  # those two are the kernel's own way back from a probe, and end who calls them from elsewhere
        ctypes.set_errno(0)
        if libc.syscall(number, 0, 0, 0, 0, 0, 0) != -1 or ctypes.get_errno() != errno.EPERM:
            worked.append(number)
    return worked
""",
    "makes machine code": _TRY
    + """
import mmap
def attack(given):
    libc.mmap.restype = ctypes.c_long
    page = mmap.mmap(-1, 4096)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    return attempt(
        map=lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_EXEC),
        protect=lambda: libc.mprotect(ctypes.c_long(address), 4096, 7),
        raw=lambda: libc.mmap(0, 4096, 7, 0x22, -1, 0),
    )
""",
    "calls through another table": """
import ctypes
def attack(given):
    return ctypes.CDLL(None).syscall(0x40000000 + 39)
""",
}
