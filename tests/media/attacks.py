"""What a burglar tries in the jail. Whatever an attack needs is loaded before it begins: in the jail nothing can be."""

import ctypes
import fcntl
import functools
import mmap
import os
import resource
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

MIB = 1 << 20
MEMORY_BYTES, OUTPUT_BYTES = 256 * MIB, 16 * MIB
_F_SETOWN, _F_SETSIG, _F_SETOWN_EX, _FIOSETOWN = 8, 10, 15, 0x8901
_PTRACE_ATTACH, _PTRACE_SEIZE = 16, 0x4206
# Numbers of x86-64; those past 400 are the same everywhere.
_CALLS = {
    "ptrace": 101,
    "vfork": 58,
    "fcntl": 72,
    "process_vm_readv": 310,
    "process_vm_writev": 311,
    "tgkill": 234,
    "rt_sigqueueinfo": 129,
    "ioprio_set": 251,
    "unshare": 272,
    "setns": 308,
    "mount": 165,
    "bpf": 321,
    "keyctl": 250,
    "userfaultfd": 323,
    "perf_event_open": 298,
    "io_uring_setup": 425,
    "clone3": 435,
    "pidfd_getfd": 438,
    "capset": 126,
    "mq_open": 240,
    "shmget": 29,
    "swapoff": 168,
    "init_module": 175,
    "kexec_load": 246,
    "add_key": 248,
    "openat2": 437,
    "fchmodat2": 452,
    "setxattrat": 463,
}
_AT_FDCWD, _KEEP_SIZE = -100, 1
# Doors of the kernel that no decoder goes through.
_KERNEL = (
    "mount bpf keyctl userfaultfd perf_event_open io_uring_setup mq_open shmget swapoff init_module kexec_load add_key"
)


@dataclass(frozen=True)
class World:
    """Where the prisoner is, and what it would like to reach."""

    output: Path
    outside: Path
    source: int
    results: int
    project_file: Path
    port: int
    unix_path: Path
    abstract_name: str
    worker: int


@contextmanager
def closing_all(*descriptors: int) -> Iterator[tuple[int, ...]]:
    try:
        yield descriptors
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def call(name: str, *arguments: object) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    result = int(libc.syscall(_CALLS[name], *arguments))
    if result < 0:
        raise OSError(ctypes.get_errno(), name)
    return result


def call_alone(name: str, _world: World) -> None:
    call(name, 0, 0, 0, 0, 0, 0)


def connect(family: int, address: object) -> None:
    with socket.socket(family) as line:
        line.connect(address)  # type: ignore[arg-type]


def send_datagram(world: World) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.sendto(b"x", ("127.0.0.1", world.port))


def signal_by_pipe(world: World, command: int = _F_SETOWN) -> None:
    """Have the kernel send a signal of one's choice to another process when a pipe of one's own becomes readable."""
    owner: int | bytes = world.worker
    if command == _F_SETOWN_EX:
        owner = (1).to_bytes(4, "little") + world.worker.to_bytes(4, "little")
    with closing_all(*os.pipe()) as (reader, writer):
        fcntl.fcntl(reader, command, owner)
        fcntl.fcntl(reader, _F_SETSIG, signal.SIGUSR1)
        fcntl.fcntl(reader, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
        os.write(writer, b"x")


def signal_by_pipe_in_disguise(world: World) -> None:
    """The same with bits set in the command that the kernel does not look at."""
    with closing_all(*os.pipe()) as (reader, writer):
        call("fcntl", reader, ctypes.c_uint64(1 << 32 | _F_SETOWN), world.worker)
        fcntl.fcntl(reader, _F_SETSIG, signal.SIGUSR1)
        fcntl.fcntl(reader, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
        os.write(writer, b"x")


def signal_by_line(world: World) -> None:
    """The same by the older way, when there is room again on the line because the worker has read from it."""
    line = int(os.environ["PRISON_LINE"])
    fcntl.ioctl(line, _FIOSETOWN, world.worker.to_bytes(4, "little"))
    fcntl.fcntl(line, fcntl.F_SETFL, os.O_ASYNC)
    os.write(line, b" ")
    time.sleep(0.05)
    fcntl.fcntl(line, fcntl.F_SETFL, 0)


def regain_capabilities(_world: World) -> None:
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    call("capset", header, (ctypes.c_uint32 * 6)(*[0xFFFFFFFF] * 6))


def fill_files_without_a_name(_world: World) -> None:
    """Fill a quarter more memory than is allowed, in files that are in no folder and count for no process."""
    names = [str(number) for number in range(MEMORY_BYTES * 5 // 4 // OUTPUT_BYTES)]
    with closing_all(*(os.memfd_create(name) for name in names)) as files:
        for file in files:
            os.ftruncate(file, OUTPUT_BYTES)
            os.posix_fallocate(file, 0, OUTPUT_BYTES)


def exceed_file_size(world: World) -> None:
    for number in range(OUTPUT_BYTES // MIB + 1):
        os.pwrite(world.results, bytes(MIB), number * MIB)


def reserve_beyond_the_end(world: World) -> None:
    """Take room on the disk that is not counted as the file's size, and so by no limit of it."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.fallocate(world.results, _KEEP_SIZE, ctypes.c_long(0), ctypes.c_long(4 * OUTPUT_BYTES)) != 0:
        raise OSError(ctypes.get_errno(), "fallocate")


def make_many_files(world: World) -> None:
    """Fill the disk with files that are each small enough; the first that cannot be made ends it."""
    for number in range(2000):
        (world.output / f"many-{number}").write_bytes(b"x")


def open_the_newest_way(world: World) -> None:
    how = (ctypes.c_uint64 * 3)(os.O_RDONLY)
    os.close(call("openat2", _AT_FDCWD, os.fsencode(world.outside / "secret"), how, ctypes.sizeof(how)))


def mark_the_newest_way(world: World) -> None:
    value = ctypes.create_string_buffer(b"x")
    how = (ctypes.c_uint64 * 2)(ctypes.addressof(value), 1)
    call("setxattrat", _AT_FDCWD, os.fsencode(world.outside / "secret"), 0, b"user.mark", how, ctypes.sizeof(how))


def open_too_many(world: World) -> None:
    with ExitStack() as opened:
        for _ in range(100):
            opened.callback(os.close, os.dup(world.results))


def raise_limits(_world: World) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (2 * MEMORY_BYTES, 2 * MEMORY_BYTES))


def start_thread(_world: World) -> None:
    thread = threading.Thread(target=lambda: None)
    thread.start()
    thread.join()


def write_result(world: World) -> None:
    assert os.pwrite(world.results, b"picture", OUTPUT_BYTES - 7) == 7


Attacks = dict[str, Callable[[World], object]]
FILES: Attacks = {
    "read /etc/passwd": lambda world: Path("/etc/passwd").read_text(),
    "read the project": lambda world: world.project_file.read_text(),
    "read a file of one's own user": lambda world: (world.outside / "secret").read_text(),
    "read the worker's environment": lambda world: Path(f"/proc/{world.worker}/environ").read_bytes(),
    "read the worker's memory": lambda world: os.open(f"/proc/{world.worker}/mem", os.O_RDONLY),
    "read one's own maps": lambda world: Path("/proc/self/maps").read_text(),
    "list the root": lambda world: os.listdir("/"),  # noqa: PTH208
    "create a file outside": lambda world: (world.outside / "new").write_text("x"),
    "overwrite a file outside": lambda world: (world.outside / "secret").write_text("x"),
    "truncate a file outside": lambda world: os.truncate(world.outside / "secret", 0),
    "delete a file outside": lambda world: (world.outside / "secret").unlink(),
    "make a folder outside": lambda world: (world.outside / "folder").mkdir(),
    "read a file of one's own user the newest way": open_the_newest_way,
    "read what is in the worker's folder": lambda world: (world.output / "kept").read_text(),
    "create a file in the worker's folder": lambda world: (world.output / "new").write_text("x"),
    "create a file without a name": lambda world: os.open(world.output, os.O_TMPFILE | os.O_RDWR),
    "delete a file in the worker's folder": lambda world: (world.output / "kept").unlink(),
    "open the source again, to write": lambda world: os.open(f"/proc/self/fd/{world.source}", os.O_RDWR),
    "write to the source": lambda world: os.write(world.source, b"x"),
    "give the results a name": lambda world: os.link(f"/proc/self/fd/{world.results}", world.output / "named"),
    "make a folder inside": lambda world: (world.output / "folder").mkdir(),
    "change the mode of a file outside": lambda world: (world.outside / "secret").chmod(0o777),
    "change the mode the newest way": lambda world: call(
        "fchmodat2", _AT_FDCWD, os.fsencode(world.outside / "secret"), 0o777, 0
    ),
    "change the times of a file outside": lambda world: os.utime(world.outside / "secret"),
    "mark a file outside": lambda world: os.setxattr(world.outside / "secret", "user.mark", b"x"),
    "mark a file outside the newest way": mark_the_newest_way,
    "rename out of the folder": lambda world: (world.output / "kept").rename(world.outside / "moved"),
    "rename into the folder": lambda world: (world.outside / "secret").rename(world.output / "moved"),
    "link into the folder": lambda world: os.link(world.outside / "secret", world.output / "link"),
    "link by name": lambda world: (world.output / "link").symlink_to(world.outside / "secret"),
    "make a pipe with a name": lambda world: os.mkfifo(world.output / "pipe"),
    "make a device": lambda world: os.mknod(world.output / "device", 0o020666, os.makedev(1, 8)),
}
NETWORK: Attacks = {
    "connect to a port": lambda world: connect(socket.AF_INET, ("127.0.0.1", world.port)),
    "connect to a socket file": lambda world: connect(socket.AF_UNIX, str(world.unix_path)),
    "connect to a socket without a file": lambda world: connect(socket.AF_UNIX, "\0" + world.abstract_name),
    "send a datagram": send_datagram,
    "listen to a port": lambda world: socket.create_server(("127.0.0.1", 0)).close(),
    "make a pair of sockets": lambda world: socket.socketpair(),
}
PROCESSES: Attacks = {
    "run a program": lambda world: os.execv("/bin/true", ["true"]),  # noqa: S606
    "spawn a program": lambda world: os.posix_spawn("/bin/true", ["true"], {}),
    "fork": lambda world: os.fork() or os._exit(0),
    "vfork": lambda world: call("vfork") or os._exit(0),
    "fork the newest way": lambda world: call("clone3", (ctypes.c_uint64 * 8)(), 64) or os._exit(0),
}
WORKER: Attacks = {
    "signal the worker": lambda world: os.kill(world.worker, signal.SIGUSR1),
    "signal a thread of the worker": lambda world: call("tgkill", world.worker, world.worker, signal.SIGUSR1),
    "queue a signal": lambda world: call("rt_sigqueueinfo", world.worker, signal.SIGUSR1, (ctypes.c_char * 128)()),
    "signal by descriptor": lambda world: signal.pidfd_send_signal(os.pidfd_open(world.worker), signal.SIGUSR1),
    "signal by a pipe": signal_by_pipe,
    "signal by a pipe, the newer way": lambda world: signal_by_pipe(world, _F_SETOWN_EX),
    "signal by a pipe, in disguise": signal_by_pipe_in_disguise,
    "signal by the line to the worker": signal_by_line,
    "trace the worker": lambda world: call("ptrace", _PTRACE_ATTACH, world.worker, 0, 0),
    "seize the worker": lambda world: call("ptrace", _PTRACE_SEIZE, world.worker, 0, 0),
    "read the worker's memory by call": lambda world: call("process_vm_readv", world.worker, 0, 0, 0, 0, 0),
    "write the worker's memory by call": lambda world: call("process_vm_writev", world.worker, 0, 0, 0, 0, 0),
    "take a descriptor of the worker": lambda world: call("pidfd_getfd", os.pidfd_open(world.worker), 0, 0),
    "limit the worker": lambda world: resource.prlimit(world.worker, resource.RLIMIT_NOFILE, (3, 3)),
    "slow the worker": lambda world: os.setpriority(os.PRIO_PROCESS, world.worker, 19),
    "crowd the worker": lambda world: os.sched_setaffinity(world.worker, {0}),
    "idle the worker": lambda world: os.sched_setscheduler(world.worker, os.SCHED_IDLE, os.sched_param(0)),
    "starve the worker of its disk": lambda world: call("ioprio_set", 1, world.worker, 3 << 13),
}
KERNEL: Attacks = {
    "become root": lambda world: os.setuid(0 if os.getuid() else 1),
    "regain capabilities": regain_capabilities,
    "leave for another namespace": lambda world: call("unshare", 0x10000000),
    "enter a namespace": lambda world: call("setns", 0, 0),
    **{f"call {name}": functools.partial(call_alone, name) for name in _KERNEL.split()},
}
SHARE: Attacks = {
    "fill memory": lambda world: bytearray(MEMORY_BYTES),
    "map memory": lambda world: mmap.mmap(-1, MEMORY_BYTES),
    "fill memory by files without a name": fill_files_without_a_name,
    "write too large a file": exceed_file_size,
    "reserve too large a file": lambda world: os.posix_fallocate(world.results, 0, OUTPUT_BYTES + 1),
    "stretch a file too far": lambda world: os.ftruncate(world.results, OUTPUT_BYTES + 1),
    "mark the results": lambda world: os.setxattr(f"/proc/self/fd/{world.results}", "user.mark", bytes(1000)),
    "open too many files": open_too_many,
    "raise one's limits": raise_limits,
}
# Only what the kernel may lack stands against these.
DISK: Attacks = {
    "make many files": make_many_files,
    "reserve room beyond the end": reserve_beyond_the_end,
}
# What a decoder must be able to do.
WORK: Attacks = {
    "start a thread": start_thread,
    "write a result": write_result,
}
