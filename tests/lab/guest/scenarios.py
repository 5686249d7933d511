"""What is caused in a guest, and what a reader who saw it happen would say of it.

As a program it names the scenarios, or what the guest of one of them needs: scenarios.py [NAME kernel|machine]
"""
import sys
from dataclasses import dataclass, field


@dataclass
class Service:
    """A unit NAME.service whose only program is the hog, under that name."""
    name: str
    hog: str
    settings: dict = field(default_factory=dict)


@dataclass
class Scenario:
    about: str
    # Started one after the other and waited for: they are full when the culprits start.
    bystanders: list
    culprits: list
    # What oomwhy has to say. Of the victim and the cause what is named here; see compare.py.
    expected: dict
    # Over after that many kills by the kernel.
    kills: int = 1
    # Over once this culprit is dead: where the kernel kills nobody.
    over: str | None = None
    # The bystander that the advice is to save, None where nobody is killed for another's doing.
    saved: str | None = None
    # The unit of the cause where it logs nothing: oomwhy is asked while it still runs, too, and advises then.
    alive: str | None = None
    # What a reader does who follows the advice where the log does not name the unit: its setting, by unit.
    by_hand: dict = field(default_factory=dict)
    # Files that a culprit leaves in RAM when it dies.
    leftovers: str = ""
    # Slices, by name: their settings.
    slices: dict = field(default_factory=dict)
    # Files to write first, by path; /proc/sys is one place for them.
    files: dict = field(default_factory=dict)
    # Commands to run first, and one that asks for the kill.
    prepare: list = field(default_factory=list)
    trigger: tuple = ()
    # The kernel panics: nothing is told but on the console.
    panic: bool = False
    # The package is installed, and its nightly service started twice after the kill.
    scan: bool = False
    # Words for the kernel's command line, and for QEMU.
    kernel: str = ""
    machine: str = "-m 512 -smp 1"


def service_facts(name):
    return {"comm": name[:15], "unit": f"{name}.service"}


def of_host(victim, cause, is_cause, **more):
    return {"scope": "host", "victim": service_facts(victim), "cause": {"kind": "processes", "name": cause},
            "victim_is_cause": is_cause, **more}


def of_cgroup(victim, cause, is_cause, limiting, **more):
    return {**of_host(victim, cause, is_cause), "scope": "cgroup", "limiting": limiting, **more}


def of_unit(name, **more):
    return of_cgroup(name, name, True, f"/system.slice/{name}.service", **more)


TWO_NODES = ("-m 768 -smp 2 -object memory-backend-ram,id=m0,size=384M -object memory-backend-ram,id=m1,size=384M "
             "-numa node,nodeid=0,memdev=m0,cpus=0 -numa node,nodeid=1,memdev=m1,cpus=1")
LEGACY_CGROUPS = "systemd.unified_cgroup_hierarchy=0 systemd.legacy_systemd_cgroup_controller=1"
SWAP_FILE = [["fallocate", "-l", "128M", "/swap"], ["chmod", "600", "/swap"], ["mkswap", "/swap"], ["swapon", "/swap"]]
ZRAM = [["modprobe", "zram"], ["sh", "-c", "echo 200M >/sys/block/zram0/disksize"], ["mkswap", "/dev/zram0"],
        ["swapon", "/dev/zram0"]]
# As systemd's ExecStart= is to read them.
ODD_NAMES = {"a)b (c": '"a)b (c"', "new\nline": '"new\\nline"', "[kworker/0:1]": '"[kworker/0:1]"',
             "esc\x1b[31mred": '"esc\\x1b[31mred"', "Out of memory:": '"Out of memory:"', "0 0 0 0 name": '"0 0 0 0 name"',
             "  lead": '"  lead"', "x) [1]: (y": '"x) [1]: (y"'}


def ledger(mb):
    return [Service("ledgerdb", f"--mb {mb}")]


SCENARIOS = {
    "host-swarm": Scenario(
        "ever more small processes use up the host; the kernel kills the one large service",
        ledger(190), [Service("status-poll", "--mb 8 --children 0 --every 0.4")],
        of_host("ledgerdb", "status-poll", False), saved="ledgerdb"),
    "host-protected-leak": Scenario(
        "a leak that OOMScoreAdjust=-900 protects; a smaller service dies for it",
        ledger(90), [Service("metrics-agent", "--mb 320", {"OOMScoreAdjust": "-900"})],
        of_host("ledgerdb", "metrics-agent", False), saved="ledgerdb", alive="metrics-agent.service"),
    "host-swarm-goes-on": Scenario(
        "the same, and then the small ones die one after the other",
        # Whose unit goes on without those that died: systemd would stop it, sooner or later, at the first.
        ledger(190), [Service("status-poll", "--mb 8 --children 0 --every 0.4", {"OOMPolicy": "continue"})],
        of_host("ledgerdb", "status-poll", False), kills=4, saved="ledgerdb"),
    "cgroup-unit": Scenario(
        "a unit leaks up to its own MemoryMax",
        ledger(90), [Service("report-worker", "--rate 8", {"MemoryMax": "80M"})], of_unit("report-worker")),
    "cgroup-group": Scenario(
        "OOMPolicy=kill: at the unit's limit all of it dies",
        ledger(90), [Service("worker-pool", "--mb 40 --children 4 --every 0.5 --rate 8",
                             {"MemoryMax": "100M", "OOMPolicy": "kill"})],
        of_unit("worker-pool"), kills=3),
    "cgroup-nested-slice": Scenario(
        "many small processes fill the slice that they share with a steady service, which dies for them",
        [Service("tenant-cache", "--mb 80", {"Slice": "tenant-a.slice"})],
        [Service("importer", "--mb 8 --children 0 --every 0.4", {"Slice": "tenant-a.slice"})],
        of_cgroup("tenant-cache", "importer", False, "/tenant.slice/tenant-a.slice"), saved="tenant-cache",
        slices={"tenant-a.slice": {"MemoryMax": "170M"}}),
    "cgroup-v1": Scenario(
        "the same as cgroup-unit, on cgroup v1",
        ledger(90), [Service("report-worker", "--rate 8", {"MemoryMax": "80M"})], of_unit("report-worker"),
        kernel=LEGACY_CGROUPS),
    "crash-loop": Scenario(
        "Restart=always brings a leak back to its limit again and again",
        ledger(90), [Service("api-server", "--rate 4", {"MemoryMax": "40M", "Restart": "always", "RestartSec": "3s"})],
        of_unit("api-server", loop=True), kills=5),
    "cpuset": Scenario(
        "a unit may use one of two nodes only, and uses it up",
        ledger(60), [Service("sim-node", "--rate 60", {"AllowedMemoryNodes": "1"})],
        {**of_host("sim-node", "sim-node", True), "scope": "cpuset"}, machine=TWO_NODES),
    "memory-policy": Scenario(
        "a service is bound to one of two nodes by its memory policy, and uses it up",
        ledger(60), [Service("sim-bind", "--rate 60", {"NUMAPolicy": "bind", "NUMAMask": "1"})],
        {**of_host("sim-bind", "sim-bind", True), "scope": "memory_policy"}, machine=TWO_NODES),
    "tmpfs": Scenario(
        "files in /dev/shm use up the host",
        ledger(90), [Service("upload-cache", "--mb 400 --files /dev/shm")],
        {**of_host("ledgerdb", None, False), "cause": {"kind": "shmem"}}, saved="ledgerdb",
        by_hand={"upload-cache.service": "MemoryMax=128M"}, leftovers="/dev/shm/part-*",
        prepare=[["mount", "-o", "remount,size=95%", "/dev/shm"]]),
    "hugepages": Scenario(
        "a pool of huge pages that nobody uses leaves too little for an ordinary job",
        [], [Service("small-job", "--mb 200")],
        {**of_host("small-job", None, False), "cause": {"kind": "hugepages"}},
        files={"/proc/sys/vm/nr_hugepages": "130"}),
    "swap-full": Scenario(
        "a leak fills RAM and swap", ledger(60), [Service("etl-job", "")], of_host("etl-job", "etl-job", True),
        prepare=SWAP_FILE),
    "zram": Scenario(
        "what a leak writes does not compress, so that zram itself eats the RAM",
        ledger(60), [Service("etl-job", "--random --rate 20")], of_host("etl-job", "etl-job", True), prepare=ZRAM),
    "no-task-dump": Scenario(
        "vm.oom_dump_tasks=0: no table is printed",
        ledger(60), [Service("nightly-report", "")], of_host("nightly-report", "nightly-report", True),
        files={"/proc/sys/vm/oom_dump_tasks": "0"}),
    # By score the large service would be chosen; of those that ask, next to all are small ones of the swarm.
    "allocating-task": Scenario(
        "vm.oom_kill_allocating_task=1: whoever asks dies",
        ledger(190), [Service("status-poll", "--mb 8 --children 0 --every 0.3")],
        {"scope": "host", "victim": {}, "cause": {"kind": "processes", "name": "status-poll"},
         "deviation": "allocating_task"}, kills=3,
        files={"/proc/sys/vm/oom_kill_allocating_task": "1"}),
    "sysrq": Scenario(
        "an administrator asks for a kill; memory is not short",
        ledger(150), [], {**of_host("ledgerdb", None, False), "cause": {"kind": "manual"}},
        trigger=("sh", "-c", "echo f >/proc/sysrq-trigger")),
    "panic": Scenario(
        "vm.panic_on_oom=1: nobody is killed, the machine goes down, and only its console knows why",
        ledger(60), [Service("nightly-report", "--rate 20")],
        {"scope": "host", "victim": {}, "victims": 0, "cause": {"kind": "processes", "name": "nightly-report"},
         "outcome": "panic"}, kills=0, panic=True,
        files={"/proc/sys/vm/panic_on_oom": "1"}),
    "scan-service": Scenario(
        "the nightly scan as its package installs it, under systemd, after a unit has leaked up to its MemoryMax",
        ledger(60), [Service("report-worker", "--rate 8", {"MemoryMax": "80M"})], of_unit("report-worker"), scan=True),
    "odd-names": Scenario(
        "processes that are named like parts of a report",
        [Service(f"odd-{number}", f"--mb 4 --name {spelt}") for number, spelt in enumerate(ODD_NAMES.values())],
        [Service("odd-leak", '--name "x) total-vm:1kB"')],
        {"scope": "host", "victim": {"comm": "x) total-vm:1kB", "unit": "odd-leak.service"},
         "cause": {"kind": "processes", "name": "x) total-vm:1kB"}, "victim_is_cause": True, "names": list(ODD_NAMES)}),
    "systemd-oomd": Scenario(
        "systemd-oomd kills by memory pressure",
        ledger(60), [Service("ml-train", "--mb 250 --rate 60", {"Slice": "batch.slice", "MemoryHigh": "50M"})],
        {"scope": "cgroup", "killers": ["systemd-oomd"], "victim": {"unit": "ml-train.service"},
         "cause": {"kind": "processes", "unit": "ml-train.service"}}, kills=0, over="ml-train",
        slices={"batch.slice": {"ManagedOOMMemoryPressure": "kill", "ManagedOOMMemoryPressureLimit": "5%"}},
        files={"/etc/systemd/oomd.conf.d/lab.conf": "[OOM]\nDefaultMemoryPressureDurationSec=2s\n"},
        prepare=[*SWAP_FILE, ["systemctl", "start", "systemd-oomd"]]),
    "earlyoom": Scenario(
        "earlyoom kills before the kernel has to",
        ledger(60), [Service("nightly-report", "--rate 20")],
        {"scope": "host", "killers": ["earlyoom"], "victim": {"comm": "nightly-report"},
         "cause": {"kind": "processes", "name": "nightly-report"}}, kills=0, over="nightly-report",
        files={"/etc/default/earlyoom": 'EARLYOOM_ARGS="-r 5 -m 15,8 -s 100,100"\n'},
        prepare=[["systemctl", "start", "earlyoom"]]),
}


def main():
    if len(sys.argv) == 3:
        print(getattr(SCENARIOS[sys.argv[1]], sys.argv[2]))
    else:
        print(*SCENARIOS, sep="\n")


if __name__ == "__main__":
    main()
