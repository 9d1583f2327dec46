"""The jail's seccomp layer: compiled with libseccomp outside the jail, installed with one prctl inside it."""

import ctypes
import errno
import functools
import os
import struct
import tempfile

_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_SECCOMP = 22
_SECCOMP_MODE_FILTER = 2
_CLONE_THREAD = 0x00010000
_BPF_INSTRUCTION_BYTES = 8
_LOWER_HALF = 0xFFFFFFFF

# What a decoder never needs and a burglar always does. Everything else stays allowed: an allow-list breaks with
# each new libc, and the other layers leave little to reach. fallocate is here because it takes room beyond the end of
# a file, which no limit of a file's size counts.
_DENIED = """
open openat openat2 creat truncate unlink unlinkat mkdir mkdirat rmdir
execve execveat fork vfork kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo
socket socketpair connect bind listen accept accept4
ptrace process_vm_readv process_vm_writev process_madvise kcmp pidfd_open pidfd_getfd pidfd_send_signal
mount umount2 pivot_root chroot unshare setns move_mount open_tree fsopen fsmount fsconfig fspick mount_setattr
bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register
keyctl add_key request_key init_module finit_module delete_module kexec_load kexec_file_load
chmod fchmod fchmodat chown lchown fchown fchownat setxattr lsetxattr fsetxattr removexattr lremovexattr
fremovexattr utime utimes utimensat futimesat mknod mknodat link linkat symlink symlinkat rename renameat renameat2
setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid setfsgid
name_to_handle_at open_by_handle_at swapon swapoff reboot acct quotactl quotactl_fd sethostname setdomainname
settimeofday clock_settime adjtimex clock_adjtime iopl ioperm modify_ldt personality
shmget shmat shmctl msgget msgsnd msgrcv msgctl semget semop semctl mq_open mq_unlink
inotify_init inotify_init1 fanotify_init fanotify_mark vhangup syslog
setpriority ioprio_set sched_setaffinity sched_setattr sched_setparam sched_setscheduler migrate_pages move_pages
memfd_create memfd_secret
fallocate
""".split()
# Calls younger than this list, by number (the same on every machine): a libseccomp that does not know their names can
# refuse none of them by name, and libraries must do without them on older kernels anyway.
_YOUNGER = range(452, 512)
# A descriptor's owner is sent signals when something happens on it, of any number and in the kernel's name: to name
# the worker as owner is to signal it.
_DENIED_COMMANDS = {"fcntl": (8, 15), "ioctl": (0x8901, 0x8902)}  # F_SETOWN F_SETOWN_EX, FIOSETOWN SIOCSPGRP


class LayerMissing(Exception):
    """Raised when the kernel or the machine lacks what a layer of the jail needs."""


@functools.cache
def compile_filter() -> bytes:
    """Return the filter as BPF code, or nothing where libseccomp is not installed. Refused calls fail with EPERM."""
    try:
        import pyseccomp
    except (ImportError, RuntimeError, OSError):
        return b""
    refuse = pyseccomp.ERRNO(errno.EPERM)
    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    for name in _DENIED:
        _add_rule(rules, refuse, name)
    # Threads are allowed, processes are not. clone3 hides its flags in memory, where a filter cannot look; told
    # that it does not exist, libc uses clone.
    for call in ("clone3", *_YOUNGER):
        _add_rule(rules, pyseccomp.ERRNO(errno.ENOSYS), call)
    _add_rule(rules, refuse, "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, _CLONE_THREAD, 0))
    _add_rule(rules, refuse, "prlimit64", pyseccomp.Arg(0, pyseccomp.NE, 0))
    for name, commands in _DENIED_COMMANDS.items():
        for command in commands:
            # The kernel reads only the lower half of the register; a rule for all of it is passed by setting the upper.
            _add_rule(rules, refuse, name, pyseccomp.Arg(1, pyseccomp.MASKED_EQ, _LOWER_HALF, command))
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()


def install_filter(code: bytes) -> None:
    """Install compiled BPF code in this process, for good. Raises LayerMissing or OSError."""
    if not code:
        raise LayerMissing("libseccomp2 is not installed")
    buffer = ctypes.create_string_buffer(code, len(code))
    # struct sock_fprog: how many instructions, and where they are.
    program = struct.pack("HxxxxxxP", len(code) // _BPF_INSTRUCTION_BYTES, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    for option, value, pointer in (
        (_PR_SET_NO_NEW_PRIVS, 1, None),
        (_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.create_string_buffer(program, len(program))),
    ):
        if libc.prctl(option, value, pointer, 0, 0) != 0:
            number = ctypes.get_errno()
            raise OSError(number, f"seccomp: {os.strerror(number)}")


def _add_rule(rules: object, action: int, call: str | int, *arguments: object) -> None:
    try:
        rules.add_rule(action, call, *arguments)  # type: ignore[attr-defined]
    except OSError as err:
        if err.errno != errno.EINVAL:
            raise  # EINVAL: this libseccomp does not know the call
