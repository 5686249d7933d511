"""One seventh of the benchmark's journal as export text: journal_text.py TESTDATA ENTRIES PART. The same each time."""
import random
import sys
from pathlib import Path

INCIDENTS = 20
PARTS = 7
BEGIN = 1_763_424_000_000_000  # 2025-11-18T00:00:00Z
STEP = 600_000  # microseconds between two entries: a week for a million
BOOT = "b6c0a1d2e3f405162738495a6b7c8d41"
COMMS = ["nginx", "postgres", "sshd", "cron", "api-server", "report-gen", "systemd-logind", "rsyslogd"]


def report(testdata, n):
    """The records of a kill, each with its level; the PID of the victim is the incident's own."""
    text = (Path(testdata) / "host-swarm-kills-database" / "input.dmesg.txt").read_text()
    records, inside = [], False
    for line in text.splitlines():
        message = line[line.find("] ") + 2:] if line.startswith("[") else None
        if message is None:
            if inside:
                records[-1] += "\n" + line.strip()
            continue
        inside = inside or "invoked oom-killer" in message
        if inside:
            records.append(message.replace("273", str(5000 + n)) if "redis" in message else message)
        if "Killed process" in message:
            break
    for message in records:
        info = message.startswith(("[ ", "Tasks state", "oom-kill:"))
        yield message, 3 if "Killed process" in message else 6 if info else 4


def field(name, value):
    if "\n" not in value:
        return f"{name}={value}\n".encode()
    data = value.encode()
    return name.encode() + b"\n" + len(data).to_bytes(8, "little") + data + b"\n"


def entry(stamp, fields):
    head = {"__REALTIME_TIMESTAMP": str(stamp), "__MONOTONIC_TIMESTAMP": str(stamp - BEGIN), "_BOOT_ID": BOOT,
            "_HOSTNAME": "db-07", "_MACHINE_ID": "15b624a534554645b7437c957bc7d2dc"}
    return b"".join(field(name, value) for name, value in (head | fields).items()) + b"\n"


def kernel(message, level):
    return {"_TRANSPORT": "kernel", "SYSLOG_IDENTIFIER": "kernel", "SYSLOG_FACILITY": "0", "PRIORITY": str(level),
            "MESSAGE": message}


def process(number, dice):
    comm = dice.choice(COMMS)
    return {"_TRANSPORT": "syslog", "SYSLOG_IDENTIFIER": comm, "PRIORITY": "6", "_COMM": comm,
            "_PID": str(dice.randrange(300, 30000)), "_UID": "33", "_SYSTEMD_UNIT": comm + ".service",
            "_CMDLINE": f"/usr/sbin/{comm} --worker={number % 50}",
            "MESSAGE": f"request {number} served in {dice.randrange(9000)} us, {dice.randrange(10**6)} bytes"}


def main():
    testdata, entries, part = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    dice = random.Random(part)
    each = max(entries // INCIDENTS, 1)
    for number in range(entries * part // PARTS, entries * (part + 1) // PARTS):
        stamp = BEGIN + number * STEP
        if number % each == each // 2:
            for offset, (message, level) in enumerate(report(testdata, number // each)):
                sys.stdout.buffer.write(entry(stamp + offset * 100, kernel(message, level)))
        elif number % 10 == 0:  # one in ten is the kernel's, one of seven of these a warning
            text = f"eth0: link is up, {dice.randrange(10**6)} packets"
            sys.stdout.buffer.write(entry(stamp, kernel(text, 4 if number % 70 == 0 else 6)))
        else:
            sys.stdout.buffer.write(entry(stamp, process(number, dice)))


main()
