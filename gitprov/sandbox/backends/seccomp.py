"""A filter of system calls: no network sockets, no look into other processes, no changed mounts."""

from __future__ import annotations

import ctypes
import platform
import struct
from collections.abc import Callable, Iterable
from typing import NamedTuple


class _Machine(NamedTuple):
    """The numbers of system calls on one architecture; `audit` is its number in the kernel."""

    audit: int
    socket: int
    ptrace: tuple[int, ...]
    mounts: tuple[int, ...]
    denied: tuple[int, ...]
    clone: int
    forks: tuple[int, ...]


#: In the order: ptrace, process_vm_readv, process_vm_writev, keyctl, add_key, request_key, bpf,
#: perf_event_open, kexec_load, init_module, finit_module, delete_module, reboot, swapon, swapoff,
#: open_by_handle_at | mount, umount2, pivot_root, chroot, unshare, setns and the newer calls about mounts |
#: userfaultfd, io_uring_setup: these two fail, since libraries try them and go on without.
_MOUNT_API = (428, 429, 430, 431, 432, 442)
_MACHINES = {
    "x86_64": _Machine(
        0xC000003E,
        41,
        (101, 310, 311, 250, 248, 249, 321, 298, 246, 175, 313, 176, 169, 167, 168, 304),
        (165, 166, 155, 161, 272, 308, *_MOUNT_API),
        (323, 425),
        56,
        (57, 58),
    ),
    "aarch64": _Machine(
        0xC00000B7,
        198,
        (117, 270, 271, 219, 217, 218, 280, 241, 104, 105, 273, 106, 142, 224, 225, 265),
        (40, 39, 41, 51, 97, 268, *_MOUNT_API),
        (282, 425),
        220,
        (),
    ),
}
_KILL, _ERRNO, _ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
_EPERM, _EAGAIN, _ENOSYS, _ENETDOWN = 1, 11, 38, 100
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_CLONE3, _THREAD = 435, 0x00010000
_Row = tuple[int, int, int, int]
_NUMBER, _ARCH, _FIRST_ARGUMENT = 0, 4, 16
_LOCAL = 1
_X32 = 0x40000000
_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2


def program(*, mounts: bool, forks: bool = False) -> bytes | None:
    """The filter as the kernel reads it; None on an architecture whose numbers are not listed.

    `mounts`: also kill on calls that change mounts and namespaces. `forks`: refuse new processes; new threads
    are fine.
    """
    machine = _MACHINES.get(platform.machine())
    if machine is None:
        return None
    killed = machine.ptrace + (machine.mounts if mounts else ())
    rows = [
        (_LOAD, 0, 0, _ARCH),
        (_EQUAL, 1, 0, machine.audit),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, _KILL),
        *_each(killed, _KILL),
        *_each(machine.denied, _ERRNO | _EPERM),
        *(_no_forks(machine) if forks else ()),
        (_EQUAL, 0, 3, machine.socket),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_EQUAL, 1, 0, _LOCAL),
        (_RETURN, 0, 0, _ERRNO | _ENETDOWN),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(struct.pack("=HBBI", *row) for row in rows)


def _no_forks(machine: _Machine) -> list[_Row]:
    """No new processes. `clone3` is made absent, since its flags cannot be looked at: C libraries then use
    `clone`.
    """
    return [
        *_each((_CLONE3,), _ERRNO | _ENOSYS),
        *_each(machine.forks, _ERRNO | _EAGAIN),
        (_EQUAL, 0, 4, machine.clone),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_ANY_BIT, 1, 0, _THREAD),
        (_RETURN, 0, 0, _ERRNO | _EAGAIN),
        (_RETURN, 0, 0, _ALLOW),
    ]


def _each(numbers: Iterable[int], action: int) -> list[_Row]:
    return [row for number in numbers for row in ((_EQUAL, 0, 1, number), (_RETURN, 0, 0, action))]


def installer(code: bytes) -> Callable[[], None]:
    """A function that puts a filter on the process that calls it. All memory is allocated beforehand, as the
    call is made between fork and exec.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    text = ctypes.create_string_buffer(code, len(code))
    header = ctypes.create_string_buffer(struct.pack("@HP", len(code) // 8, ctypes.addressof(text)))
    address = ctypes.c_void_p(ctypes.addressof(header))

    def install() -> None:
        held = (text, header)  # the kernel reads both
        if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) or libc.prctl(_SECCOMP, _FILTER, address, 0, 0):
            raise OSError(ctypes.get_errno(), "no filter of system calls", len(held))

    return install
