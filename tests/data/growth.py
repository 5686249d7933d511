#!/usr/bin/env python3
"""OOMWHY_GROWTH=1000 growth.py PROGRAM [AXIS…]: work and memory grow as the log does, for analysis and rendering, in
whatever direction it grows. OOMWHY_GROWTH is the smallest size; all axes from 1000 on take an hour.

A log is made four and sixteen times as large along one axis; instructions are counted by callgrind, so that neither the
machine nor its load matters. What linear work adds from 4 to 16 is 4 times of what it adds from 1 to 4; n log n, less than
5; anything quadratic, 16. 77 (skipped) without OOMWHY_GROWTH or valgrind.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

SIZES = tuple(int(os.environ.get("OOMWHY_GROWTH", 0)) * times for times in (1, 4, 16))
MOST = 5.0
# Peak memory comes in steps (vectors double): twice the linear growth, and what an allocator keeps.
MOST_MEMORY, SLACK_KB = 8.0, 8192

HEAD = """[  100.000000] php invoked oom-killer: gfp_mask=0x140cca(GFP_HIGHUSER_MOVABLE|__GFP_COMP), order=0, oom_score_adj=0
[  100.000001] CPU: 0 PID: 900 Comm: php Not tainted 6.1.0-56-cloud-amd64 #1  Debian 6.1.0-1
[  100.000002] Mem-Info:
[  100.000003] active_anon:1600000 inactive_anon:2000000 isolated_anon:0
[  100.000003]  active_file:100 inactive_file:100 isolated_file:0
[  100.000003]  unevictable:0 dirty:0 writeback:0
[  100.000003]  slab_reclaimable:5000 slab_unreclaimable:9000
[  100.000003]  mapped:300 shmem:400 pagetables:9000
[  100.000003]  sec_pagetables:0 bounce:0
[  100.000003]  kernel_misc_reclaimable:0
[  100.000003]  free:20000 free_pcp:0 free_cma:0
[  100.000004] 0 pages in swap cache
[  100.000004] Free swap  = 0kB
[  100.000004] Total swap = 0kB
[  100.000005] 4194304 pages RAM
[  100.000005] 0 pages HighMem/MovableOnly
[  100.000005] 100000 pages reserved
"""
TABLE = """[  100.000006] Tasks state (memory values in pages):
[  100.000006] [  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name
"""


def row(pid, comm, rss=100):
    return f"[  100.000007] [{pid:7d}]  1000 {pid:5d}  {rss * 3:7d}  {rss:7d}    65536        0             0 {comm}\n"


def ending(pid, comm, path="/system.slice/php.service"):
    return (f"[  100.000008] oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,"
            f"task_memcg={path},task={comm},pid={pid},uid=1000\n"
            f"[  100.000009] Out of memory: Killed process {pid} ({comm}) total-vm:12000kB, anon-rss:3999kB, file-rss:1kB, "
            f"shmem-rss:0kB, UID:1000 pgtables:64kB oom_score_adj:0\n")


def tasks(count, name):
    rows = "".join(row(1000 + i, name(i)) for i in range(count))
    return HEAD + TABLE + rows + row(900, "php", 1000) + ending(900, "php")


def few_names(count):
    return tasks(count, lambda i: f"worker-{i % 20}")


def one_name(count):
    return tasks(count, lambda i: "php")


def distinct_names(count):
    return tasks(count, lambda i: f"job-{i}")


def reports(count):
    """Each of its own process, a minute apart, so that incidents grow and not their number."""
    out = []
    for i in range(count // 10):
        seconds = 100 + 60 * i
        report = HEAD + TABLE + row(1000 + i, "php", 1000) + row(1, "systemd") + ending(1000 + i, "php")
        out.append(report.replace("[  100.0", f"[{seconds:5d}.0"))
    return "".join(out)


def incidents(count):
    """The same, an hour apart and of another name each."""
    out = []
    for i in range(count // 10):
        report = HEAD + TABLE + row(1000 + i, f"job-{i}", 1000) + row(1, "systemd") + ending(1000 + i, f"job-{i}")
        out.append(report.replace("[  100.0", f"[{100 + 3600 * i:9d}.0"))
    return "".join(out)


def group_kill(count):
    """memory.oom.group: one report, many killed."""
    rows = "".join(row(1000 + i, "php") for i in range(count))
    kills = "".join(f"[  100.000011] Memory cgroup out of memory: Killed process {1000 + i} (php) total-vm:1200kB, "
                    f"anon-rss:399kB, file-rss:1kB, shmem-rss:0kB, UID:1000 pgtables:64kB oom_score_adj:0\n"
                    for i in range(count))
    constraint = ("[  100.000008] oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,"
                  "oom_memcg=/a.slice,task_memcg=/a.slice/php.service,task=php,pid=1000,uid=1000\n")
    first, _, rest = kills.partition("\n")
    group = "[  100.000010] Tasks in /a.slice/php.service are going to be killed due to memory.oom.group set\n"
    head = HEAD.partition("[  100.000002]")[0] + "[  100.000002] memory: usage 1600000kB, limit 1600000kB, failcnt 40\n"
    return head + TABLE + rows + constraint + first + "\n" + group + rest


def deep_cgroup(count):
    """A path of `count` slices in every line that can have one."""
    path = "/a" * count + "/php.service"
    return HEAD + TABLE + row(900, "php", 1000) + ending(900, "php", path)


AXES = (few_names, one_name, distinct_names, reports, incidents, group_kill, deep_cgroup)
FORMATS = ("text", "full", "markdown", "json")


def instructions(command):
    run = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command],
                         stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    found = re.search(rb"refs:\s+([\d,]+)", run.stderr)
    if run.returncode != 0 or not found:
        sys.exit(f"{' '.join(command)}: {run.returncode}: {run.stderr.decode(errors='replace')[-400:]}")
    return int(found[1].replace(b",", b""))


def peak_kb(command):
    pid = os.fork()
    if pid == 0:
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(null, stream)
        os.execv(command[0], command)
    _, _, usage = os.wait4(pid, 0)
    return usage.ru_maxrss


def growth(figures):
    small, middle, large = figures
    return (large - middle) / max(1, middle - small)


def main():
    if SIZES[0] <= 0 or not shutil.which("valgrind"):
        sys.exit(77)
    program, failed = os.path.abspath(sys.argv[1]), False
    wanted = sys.argv[2:]
    print(f"{'axis':<15} {'format':<9} {'Minstr at ' + '/'.join(map(str, SIZES)):<30} {'growth':>6}  {'peak MiB':<15} {'growth':>6}")
    with tempfile.TemporaryDirectory() as folder:
        for axis in AXES:
            if wanted and axis.__name__ not in wanted:
                continue
            paths = []
            for size in SIZES:
                paths.append(os.path.join(folder, f"{axis.__name__}-{size}.log"))
                with open(paths[-1], "w", encoding="utf-8") as log:
                    log.write(axis(size))
            for form in FORMATS:
                commands = [[program, "explain", "--all", "-o", form, "-i", path] for path in paths]
                work, memory = [instructions(c) for c in commands], [peak_kb(c) for c in commands]
                too_much = growth(work) > MOST
                too_large = memory[2] - memory[1] > MOST_MEMORY * max(1, memory[1] - memory[0]) + SLACK_KB
                failed |= too_much or too_large
                print(f"{axis.__name__:<15} {form:<9} {' '.join(f'{w / 1e6:9.1f}' for w in work):<30} {growth(work):6.2f}  "
                      f"{' '.join(f'{m / 1024:.1f}' for m in memory):<15} {growth(memory):6.2f}"
                      f"{'  TOO MUCH WORK' if too_much else ''}{'  TOO MUCH MEMORY' if too_large else ''}", flush=True)
            for path in paths:
                os.unlink(path)
    sys.exit(1 if failed else 0)


main()
