#!/usr/bin/env python3
"""Holds what oomwhy said in a guest against what was true there, and prints what does not hold.

usage: compare.py SCENARIO FOLDER, or compare.py container FOLDER (told.json of guest/scan.py alone). FOLDER is what guest/start.py handed over: told.json (what /proc, the cgroup tree and
systemd said), journal.json and kmsg.json (what oomwhy said of the live journal and of the ring buffer), or console.json
(what it said of a panic's console). Writes
FOLDER/result.json. Exit status 1 where something does not hold.
"""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "guest"))
from scenarios import SCENARIOS  # noqa: E402

# Between the last look at /proc and the kill a hog goes on: 5% of RAM, as far as the ledgers are held to captures.
TOLERANCE = 0.05


class Checks:
    def __init__(self, source):
        self.source, self.held, self.broken = source, 0, []

    def that(self, what, said, true):
        self.note(what, said == true, said, true)

    def near(self, what, said, true, slack):
        self.note(what, said is not None and true is not None and abs(said - true) <= slack, said, true)

    def note(self, what, holds, said, true):
        if holds:
            self.held += 1
        else:
            self.broken.append(f"{self.source}: {what}: oomwhy says {said!r}, true is {true!r}")


def unit_of(cgroup):
    """The unit that a cgroup's path ends in: systemd names its cgroups so."""
    return next((part for part in reversed(cgroup.split("/")) if part.endswith((".service", ".scope"))), None)


def check_processes(checks, rows, seen, slack):
    """Each row that names a process which /proc knew: what cannot change is equal, its memory near. Returns whom."""
    known = []
    for row in rows:
        true = seen.get(str(row["pid"]))
        if true is None or true["comm"] != row["comm"]:
            continue
        known.append(row["comm"])
        who = f"{row['comm']}[{row['pid']}]"
        checks.that(f"{who} uid", row["uid"], true["uid"])
        checks.that(f"{who} oom_score_adj", row["oom_score_adj"], true["oom_score_adj"])
        checks.near(f"{who} RSS", resident(row), resident(true), slack)
        if row["unit"] is not None:
            checks.that(f"{who} unit", row["unit"], unit_of(true["cgroup"]))
    return known


def resident(facts):
    if "rss_bytes" in facts:
        return facts["rss_bytes"]
    names = ("anon_rss_bytes", "file_rss_bytes", "shmem_rss_bytes")
    return sum(facts[name if name in facts else "rss_" + name.replace("_rss", "")] or 0 for name in names)


def check_exiting(checks, victims, seen):
    for victim in victims:
        checks.that(f"who was exiting as {victim['pid']}", victim["comm"], seen.get(str(victim["pid"]), {}).get("comm"))
        checks.that(f"the figures of {victim['pid']}", victim["anon_rss_bytes"], None)


def check_victims(checks, incident, expected, told, slack):
    """The kernel counts those that it killed; of one that was exiting already it says a name and a PID."""
    victims = [victim for victim in incident["victims"] if not victim["already_exiting"]]
    checks.that("number of victims", len(victims), told["kills_logged"] or expected.get("victims", 1))
    if not victims:
        return
    if told["whole"]:
        for name, value in expected["victim"].items():
            checks.that(f"first victim's {name}", victims[0][name], value)
    seen = told["truth"]["last_seen"]
    if victims[0]["pid"] and "kernel" not in incident["killers"]:
        true = seen.get(str(victims[0]["pid"]), {})
        checks.that("who was killed", victims[0]["comm"], true.get("comm"))
        checks.near("its RSS", incident["cause"]["rss_bytes"], resident(true) if true else None, slack)
    if told["truth"]["kills"] > 0:
        known = check_processes(checks, victims, seen, slack)
        # Of a storm that goes on some live and die between two looks.
        known_ones = len(victims) if len(victims) <= told["planned"] else 1
        if told["whole"]:
            checks.note("victims that /proc knew", len(known) >= known_ones, len(known), known_ones)
        check_exiting(checks, [victim for victim in incident["victims"] if victim["already_exiting"]], seen)


def check_deviation(checks, events, expected):
    """Where whoever asks dies, the score's choice is still taken for one who may not die, as systemd."""
    seen = [event["choice"]["deviation"] for event in events if event.get("choice")]
    checks.note("deviation from the score", expected in seen if expected else not any(seen[:1]), seen, expected)


def check_event(checks, event, expected, told, slack):
    before = told["truth"]["before"]
    checks.that("release", event["kernel"]["release"], told["kernel"])
    checks.that("outcome", event["outcome"], expected.get("outcome", "killed"))
    checks.that("page size", event["page_size_bytes"], told["page_size"])
    if "deviation" not in expected:
        checks.note("the kernel's choice is the predicted one", event["choice"]["agrees"] is not False, False, True)
    if event["memory"]:
        checks.that("managed memory", event["memory"]["managed_bytes"], before["host"]["MemTotal"])
        checks.that("swap", event["memory"]["swap_total_bytes"], before["host"]["SwapTotal"])
    if "limiting" in expected:
        limiting = expected["limiting"]
        checks.that("limiting cgroup", (event["memcg"] or {}).get("limiting"), limiting)
        checks.that("its limit", (event["memcg"] or {}).get("limit_bytes"), before["limits"].get(limiting))
    rows = event["tasks"] or []
    known = check_processes(checks, rows, before["processes"], slack)
    if rows:
        checks.note("rows of the table that /proc knew", len(known) >= len(rows) / 2, len(known), len(rows))
    for name in expected.get("names", []):
        checks.note("name in the table", name in known, None, name)


def check_incident(checks, incident, expected, told):
    slack = TOLERANCE * told["truth"]["before"]["host"]["MemTotal"]
    checks.that("scope", incident["scope"], expected["scope"])
    checks.that("killers", incident["killers"], expected.get("killers", ["kernel"]))
    check_victims(checks, incident, expected, told, slack)
    for name, value in expected["cause"].items():
        checks.that(f"cause's {name}", incident["cause"][name], value)
    checks.that("loop", incident["loop"], expected.get("loop", False))
    if not told["whole"]:
        said = any("at least" in sentence for sentence in incident["summary"])
        checks.note("how many were killed is said with reserve", said, incident["summary"], "at least")
        return
    if incident["victims"] and "victim_is_cause" in expected:
        checks.that("victim is cause", incident["victims"][0]["is_cause"], expected["victim_is_cause"])
    if told["truth"]["kills"] > 0 or "outcome" in expected:
        check_deviation(checks, incident["events"], expected.get("deviation"))
        check_event(checks, incident["events"][0], expected, told, slack)


def kills_logged(source, folder):
    """How many kills the log itself still has: of a storm neither the ring buffer nor journald keeps them all."""
    logs = {"kmsg.json": "dmesg.txt", "console.json": "console.log"}
    with open(os.path.join(folder, logs.get(source, "journal.export")), encoding="utf-8", errors="replace") as file:
        return sum("Killed process " in line and ") total-vm:" in line for line in file)


def check_losses(checks, document, told):
    """What the log lost has to be said."""
    kinds = {spot["kind"] for spot in document["coverage"]["blind_spots"]}
    if not told["whole"]:
        checks.note("that kernel messages are lost", kinds & {"records_lost", "ring_overrun"}, kinds, "records_lost")
        checks.that("complete", document["coverage"]["complete"], False)


def check_source(source, folder, scenario, told):
    checks, expected = Checks(source), scenario.expected
    logged = kills_logged(source, folder)
    told = {**told, "planned": scenario.kills, "kills_logged": logged, "whole": logged == told["truth"]["kills"]}
    try:
        with open(os.path.join(folder, source), encoding="utf-8") as file:
            document = json.load(file)
    except (OSError, ValueError) as error:
        checks.note("JSON", False, str(error), "a document")
        return checks, None
    check_losses(checks, document, told)
    incidents = document["incidents"]
    checks.that("number of incidents", len(incidents), 1)
    if incidents:
        check_incident(checks, incidents[0], expected, told)
    return checks, incidents[0] if incidents else None


def proof_in_words(trials):
    """(the table's cell, whether it holds)"""
    if not trials:
        return "nothing advised", False
    last = trials[-1]
    settings = ", ".join(f"`{line}`" for line in last["applied"])
    if not last["survived"]:
        return f"killed in spite of {settings}", False
    others = f"; {last['kills']} other process{'es' if last['kills'] > 1 else ''} killed" if last["kills"] else ""
    return f"survives, {last['how']}: {settings}{others}", True


def counters(metrics):
    """{counter with its labels: figure} of the textfile."""
    lines = (line.rpartition(" ") for line in (metrics or "").splitlines() if line[:1] != "#")
    return {name: float(figure) for name, _, figure in lines}


def check_scan(checks, runs, expected, kills):
    """A service that ended well, left its state, counted what there was, and counted nothing twice."""
    for number, run in enumerate(runs, 1):
        for name, value in {"Result": "success", "ExecMainStatus": "0", "ActiveState": "inactive"}.items():
            checks.that(f"run {number}: {name}", run["show"].get(name), value)
        checks.note(f"run {number}: state", (run["state"] or "")[:1] == "{", run["state"], "a document")
        said = counters(run["metrics"])
        incidents = f'oomwhy_incidents_total{{scope="{expected["scope"]}",killer="kernel"}}'
        victims = f'oomwhy_victim_kills_total{{unit="{expected["victim"]["unit"]}"}}'
        checks.that(f"run {number}: {incidents}", said.get(incidents), 1)
        checks.that(f"run {number}: {victims}", said.get(victims), kills)
        checks.that(f"run {number}: sources that could not be read", said.get("oomwhy_scan_unreadable_sources"), 0)


def compare_scan(result, folder, runs, expected, kills):
    checks = Checks("oomwhy-scan.service")
    check_scan(checks, runs, expected, kills)
    result["held"] += checks.held
    result["broken"] += checks.broken
    result["said"] += f"; oomwhy-scan.service, started twice, counts it once; exposure {exposure(folder)}"


def exposure(folder):
    """The last line of `systemd-analyze security`: "→ Overall exposure level for oomwhy-scan.service: 1.1 OK"."""
    with open(os.path.join(folder, "security.txt"), encoding="utf-8") as file:
        return file.read().strip().rpartition(": ")[2].split(" ")[0]


def compare_container(folder):
    """Of the journal of testdata/cgroup-unit-limit, where one process of one unit dies."""
    with open(os.path.join(folder, "told.json"), encoding="utf-8") as file:
        told = json.load(file)
    result = {"scenario": "container", "held": 0, "broken": [], "said": "a journal with one kill", "proof": ""}
    compare_scan(result, folder, told["scan"], SCENARIOS["scan-service"].expected, 1)
    return result


def compare(name, folder):
    with open(os.path.join(folder, "told.json"), encoding="utf-8") as file:
        told = json.load(file)
    result = {"scenario": name, "kernel": told.get("kernel", "?"), "held": 0, "broken": [], "said": "", "proof": ""}
    scenario = SCENARIOS[name]
    if "failed" in told or told["truth"]["kills"] < scenario.kills:
        result["broken"] = ["guest: " + told.get("failed", "too few were killed")]
        return result
    # What is no word of the kernel's is in the journal alone.
    sources = ["journal.json", "kmsg.json"] if scenario.kills else ["journal.json"]
    if scenario.panic:
        sources = ["console.json"]
    if scenario.alive:
        sources.append("alive.json")
    for source in sources:
        checks, incident = check_source(source, folder, scenario, told)
        if source == "alive.json" and incident:
            checks.that("cause's unit", incident["cause"]["unit"], scenario.alive)
        result["held"] += checks.held
        result["broken"] += checks.broken
        if source == sources[0] and incident:
            result["said"] = in_words(incident)
    if "scan" in told:
        compare_scan(result, folder, told["scan"], scenario.expected, told["truth"]["kills"])
    if "proof" in told:
        result["proof"], holds = proof_in_words(told["proof"])
        if not holds:
            result["broken"].append("proof: " + result["proof"])
        # What is proposed without reserve has to be enough by itself.
        result["broken"] += [f"proof: proposed, but {scenario.saved} dies in spite of {', '.join(trial['applied'])}"
                             for trial in told["proof"] if trial["how"] == "as written" and not trial["survived"]]
    return result


def in_words(incident):
    cause = incident["cause"]
    why = f"cause {cause['name'] or cause['kind']} ({cause['confidence']})"
    if not incident["victims"]:
        return f"nobody killed ({incident['events'][0]['outcome'] if incident['events'] else 'no report'}), {why}"
    victim = incident["victims"][0]
    others = sum(not victim["already_exiting"] for victim in incident["victims"]) - 1
    kills = f" and {others} more" if others > 0 else ""
    return f"{victim['comm'] or victim['unit']}{kills} killed, {why}"


def main():
    name, folder = sys.argv[1:3]
    result = compare_container(folder) if name == "container" else compare(name, folder)
    if name != "container":  # no row of the table: no kernel killed anybody there
        with open(os.path.join(folder, "result.json"), "w", encoding="utf-8") as file:
            json.dump(result, file, indent=1)
    holds = f"{name}: all {result['held']} comparisons hold; {result['proof'] or result['said']}"
    print("\n".join(result["broken"]) or holds)
    sys.exit(1 if result["broken"] else 0)


if __name__ == "__main__":
    main()
