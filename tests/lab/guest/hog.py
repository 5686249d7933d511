#!/usr/bin/python3
"""Takes memory and keeps it. Linked under the name that the process shall have.

  --mb N           how much, in MiB; without it, all there is
  --rate N         MiB a second (40)
  --children N     fork N children that each take --mb; the parent takes nothing. 0: without end
  --every SECONDS  between two children
  --files FOLDER   take it as files in FOLDER (a tmpfs), not as anonymous memory
  --random         bytes that do not compress
  --name TEXT      rename the process (the kernel keeps 15 bytes)

Tells systemd (Type=notify) once all of it is taken.
"""
import argparse
import ctypes
import os
import signal
import socket
import time

MIB = 1 << 20


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mb", type=int)
    parser.add_argument("--rate", type=float, default=40)
    parser.add_argument("--children", type=int)
    parser.add_argument("--every", type=float, default=0.1)
    parser.add_argument("--files")
    parser.add_argument("--random", action="store_true")
    parser.add_argument("--name")
    return parser.parse_args()


def fill(asked):
    """Takes what was asked for, at its rate, and returns what holds it."""
    held = []
    start = time.monotonic()
    while asked.mb is None or len(held) < asked.mb:
        block = os.urandom(MIB) if asked.random else b"Z" * MIB
        if asked.files:
            with open(f"{asked.files}/part-{len(held)}", "wb") as part:
                part.write(block)
            block = None
        held.append(block)
        time.sleep(max(0.0, len(held) / asked.rate - (time.monotonic() - start)))
    return held


def have_children(asked):
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    count = 0
    while asked.children == 0 or count < asked.children:
        if os.fork() == 0:
            return True
        count += 1
        time.sleep(asked.every)
    return False


def say_ready():
    address = os.environ.get("NOTIFY_SOCKET")
    if address:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.sendto(b"READY=1", address.replace("@", "\0", 1))


def main():
    asked = options()
    if asked.name:
        ctypes.CDLL(None).prctl(15, os.fsencode(asked.name), 0, 0, 0)
    child = asked.children is not None and have_children(asked)
    held = fill(asked) if asked.children is None or child else None
    if not child:
        say_ready()
    while held is None or held:
        time.sleep(1000)


main()
