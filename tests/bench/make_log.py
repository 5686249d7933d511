#!/usr/bin/env python3
"""Writes a log for the benchmarks to standard output: the same bytes for the same arguments.

  make_log.py sparse BYTES REPORTS REPORT_FILE   a syslog of a busy server with some OOM reports in it
  make_log.py dense  BYTES 0       REPORT_FILE   one report behind another, as a storm writes them: each victim is
                                                 another process, started anew under the same name

REPORT_FILE is the text of a report as dmesg prints it.
"""
import datetime
import random
import re
import sys

HOST = "web-07"
STAMP = re.compile(r"^\[ *(\d+)\.(\d+)\] ?")
VICTIM = re.compile(r"Killed process (\d+) ")

# What a server says all day; weights are shares of a thousand.
SENTENCES = [
    (240, "sshd[{pid}]: Failed password for invalid user {user} from 203.0.113.{byte} port {port} ssh2"),
    (120, "sshd[{pid}]: Connection closed by authenticating user {user} 198.51.100.{byte} port {port} [preauth]"),
    (60, "CRON[{pid}]: (root) CMD (command -v debian-sa1 > /dev/null && debian-sa1 1 1)"),
    (140, "haproxy[1180]: 192.0.2.{byte}:{port} [20/Nov/2026:12:00:00.123] www~ app/app{digit} 0/0/1/{byte}/{pid} 200 {port}"),
    (110, "postfix/smtpd[{pid}]: disconnect from unknown[198.51.100.{byte}] ehlo=1 auth=0/1 quit=1 commands=2/3"),
    (120, 'app[{pid}]: level=info msg="request done" path=/v1/items/{port} status=200 took={byte}ms bytes={pid}'),
    (60, "dhclient[733]: DHCPREQUEST for 192.0.2.{byte} on eth0 to 192.0.2.1 port 67"),
    (50, "kernel: [{uptime}] [UFW BLOCK] IN=eth0 OUT= MAC=52:54:00:12:34:56 SRC=203.0.113.{byte} DST=192.0.2.7 LEN=40 "
         "TOS=0x00 PREC=0x00 TTL=240 ID={port} PROTO=TCP SPT={port} DPT={pid} WINDOW=1024 RES=0x00 SYN URGP=0"),
    (20, "kernel: [{uptime}] eth0: renamed from veth{pid}"),
    (40, "systemd[1]: Started Session {pid} of User {user}."),
    (38, "systemd-logind[812]: Removed session {pid}."),
    (2, "systemd[1]: sysstat-collect.service: Deactivated successfully."),
]
USERS = ["admin", "oracle", "postgres", "test", "ubuntu", "deploy", "git", "nagios"]


def report_lines(path):
    """The report's lines with their seconds since the first one."""
    lines, first = [], None
    for line in open(path, encoding="utf-8", errors="surrogateescape"):
        found = STAMP.match(line)
        if not found:
            continue
        at = float(f"{found[1]}.{found[2]}")
        first = at if first is None else first
        lines.append((at - first, line[found.end():].rstrip("\n")))
    return lines


class Clock:
    """Wall clock and uptime that go forward together."""

    def __init__(self):
        self.wall, self.uptime = datetime.datetime(2026, 3, 2, 4, 0, 0), 4000.0
        self.printed_second, self.printed = None, ""

    def forward(self, seconds):
        self.uptime += seconds

    def stamp(self, uptime):
        second = int(uptime)
        if second != self.printed_second:
            self.printed_second = second
            wall = self.wall + datetime.timedelta(seconds=second - 4000)
            self.printed = wall.strftime("%b ") + f"{wall.day:2d}" + wall.strftime(" %H:%M:%S ") + HOST + " "
        return self.printed


def noise_block(rng, clock, size):
    """About `size` bytes of lines, a hundredth of a second apart."""
    kinds = rng.choices([sentence for _, sentence in SENTENCES], [weight for weight, _ in SENTENCES], k=size // 118)
    lines = []
    for kind in kinds:
        clock.forward(0.017)
        number = rng.getrandbits(30)
        lines.append(clock.stamp(clock.uptime) + kind.format(
            pid=1000 + number % 30000, user=USERS[number % 8], byte=number % 251, port=20000 + number % 40000,
            digit=number % 9, uptime=f"{clock.uptime:12.6f}"))
    return "\n".join(lines) + "\n"


def with_victim(lines, pid):
    """The report with another PID of its victim wherever the kernel printed it, in columns as wide as before."""
    victim = next(found[1] for _, text in lines if (found := VICTIM.search(text)))
    printed = re.compile(rf"(?<=[\[ ]) *\b{victim}\b(?=[\] ])|(?<=pid=){victim}\b")
    return [(since, printed.sub(lambda found: str(pid).rjust(len(found[0])), text)) for since, text in lines]


def report_block(clock, lines):
    begin = clock.uptime
    out = []
    for since, text in lines:
        clock.uptime = begin + since
        out.append(f"{clock.stamp(clock.uptime)}kernel: [{clock.uptime:12.6f}] {text}")
    return "\n".join(out) + "\n"


def main():
    kind, size, reports, path = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    rng, clock, lines = random.Random(6), Clock(), report_lines(path)
    written = done = 0
    while written < size:
        if kind == "dense":
            block = report_block(clock, with_victim(lines, 1000 + done % 4000000))
            clock.forward(3)
            done += 1
        elif done < reports and written >= size * (done + 1) // (reports + 1):
            block = report_block(clock, lines)
            done += 1
        else:
            step = size // (reports + 1) if reports else size
            block = noise_block(rng, clock, max(118, min(1 << 20, step)))
        data = block.encode("utf-8", "surrogateescape")
        written += len(data)
        sys.stdout.buffer.write(data)


main()
