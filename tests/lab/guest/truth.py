"""What /proc and the cgroup tree say, in bytes, read so often that the last word before a kill is known."""
import ctypes
import os

CGROUPS = "/sys/fs/cgroup"
CGROUPS_V1 = "/sys/fs/cgroup/memory"
# In /proc/PID/status, in kB.
MEMORY_FIELDS = {"VmSize": "total_vm_bytes", "RssAnon": "rss_anon_bytes", "RssFile": "rss_file_bytes",
                 "RssShmem": "rss_shmem_bytes", "VmSwap": "swap_bytes"}


def text(path):
    """The file's text, None where it is gone: processes and cgroups end while they are read."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read()
    except OSError:
        return None


def colon_fields(lines):
    return {name: value.split() for name, _, value in (line.partition(":") for line in (lines or "").splitlines())}


def process(pid):
    """Of a process with memory of its own, None for a kernel thread and for one that is gone."""
    folder = f"/proc/{pid}/"
    status = colon_fields(text(folder + "status"))
    comm, adj, cgroups = text(folder + "comm"), text(folder + "oom_score_adj"), text(folder + "cgroup")
    if "RssAnon" not in status or comm is None or adj is None or cgroups is None:
        return None
    # Of cgroup v1 the hierarchy of systemd's names, which holds the units there.
    paths = [line.split(":", 2)[2] for line in cgroups.splitlines() if line.startswith("0::") or "name=systemd" in line]
    facts = {"comm": comm[:-1], "uid": int(status["Uid"][0]), "oom_score_adj": int(adj), "cgroup": paths[-1]}
    facts.update({ours: int(status[theirs][0]) * 1024 for theirs, ours in MEMORY_FIELDS.items()})
    return facts


def processes():
    found = {int(name): process(name) for name in os.listdir("/proc") if name.isdigit()}
    return {pid: facts for pid, facts in found.items() if facts}


def host():
    fields = colon_fields(text("/proc/meminfo"))
    names = ("MemTotal", "MemFree", "SwapTotal", "SwapFree", "AnonPages", "Shmem", "Slab", "Hugetlb")
    return {name: int(fields[name][0]) * 1024 for name in names if name in fields}


def limits():
    """The limit of every cgroup that has one."""
    base, file = (CGROUPS_V1, "memory.limit_in_bytes") if os.path.isdir(CGROUPS_V1) else (CGROUPS, "memory.max")
    found = {}
    for folder, _, files in os.walk(base):
        value = (text(f"{folder}/{file}") or "max").strip() if file in files else "max"
        if value != "max" and int(value) < 1 << 50:
            found[folder[len(base):] or "/"] = int(value)
    return found


def kills():
    """How many processes the kernel's OOM killer has killed since the boot."""
    return next(int(line.split()[1]) for line in text("/proc/vmstat").splitlines() if line.startswith("oom_kill "))


def stay_in_memory():
    """Who is asked to write down a shortage must not wait for memory himself."""
    ctypes.CDLL(None, use_errno=True).mlockall(3)


class Watch:
    """The host just before the first kill, and every process as it was when it was last seen."""

    def __init__(self):
        self.kills_at_start = kills()
        self.before = None
        self.last_seen = {}
        # Slow to find, and the same as long as there is the cgroup.
        self.limits, self.looks = {}, 0
        self.look()

    def look(self):
        """How many were killed so far. What is read while the first one is being killed is no truth of before."""
        alive, facts = processes(), host()
        self.last_seen.update(alive)
        if self.looks % 5 == 0:
            self.limits.update(limits())
        self.looks += 1
        count = kills() - self.kills_at_start
        if count == 0:
            self.before = {"host": facts, "limits": dict(self.limits), "processes": alive}
        return count

    def told(self):
        return {"kills": kills() - self.kills_at_start, "before": self.before, "last_seen": self.last_seen}
