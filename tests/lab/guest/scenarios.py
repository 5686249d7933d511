"""What is caused in a guest, and what a reader who saw it happen would say of it."""
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
    # The bystander that the advice is to save, None where nobody is killed for another's doing.
    saved: str | None = None
    # Drop-ins of slices: name to settings.
    slices: dict = field(default_factory=dict)
    sysctls: dict = field(default_factory=dict)


def service_facts(name):
    return {"comm": name[:15], "unit": f"{name}.service"}


def of_host(victim, cause, is_cause, **more):
    return {"scope": "host", "victim": service_facts(victim), "cause": {"kind": "processes", "name": cause},
            "victim_is_cause": is_cause, **more}


def of_cgroup(victim, cause, is_cause, limiting):
    return {**of_host(victim, cause, is_cause), "scope": "cgroup", "limiting": limiting}


SCENARIOS = {
    "host-swarm": Scenario(
        "ever more small processes use up the host; the kernel kills the one large service",
        [Service("ledgerdb", "--mb 190")],
        [Service("status-poll", "--mb 8 --children 0 --every 0.2")],
        of_host("ledgerdb", "status-poll", False), saved="ledgerdb"),
    "host-protected-leak": Scenario(
        "a leak that OOMScoreAdjust=-900 protects; a smaller service dies for it",
        [Service("ledgerdb", "--mb 90")],
        [Service("metrics-agent", "--mb 320", {"OOMScoreAdjust": "-900"})],
        of_host("ledgerdb", "metrics-agent", False), saved="ledgerdb"),
    "cgroup-unit": Scenario(
        "a unit leaks up to its own MemoryMax",
        [Service("ledgerdb", "--mb 90")],
        [Service("report-worker", "", {"MemoryMax": "80M"})],
        of_cgroup("report-worker", "report-worker", True, "/system.slice/report-worker.service")),
}
