#!/usr/bin/python3
"""Runs in the guest: causes one scenario, asks oomwhy about it, and leaves what was asked, said and true on /dev/vdc.

Which one, the kernel's command line says: lab.scenario=NAME. Started as root by lab.service, which may not be killed.
"""
import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import time
import traceback

from scenarios import SCENARIOS
import scan
import truth

OUT = "/opt/lab/out"
UNITS = "/etc/systemd/system"
PROGRAM = "/opt/lab/oomwhy"
# Generous: a guest may be emulated on a machine that has other work.
PATIENCE_SECONDS = 240
SETTLE_SECONDS = 3
# What the culprit gets to do its worst once the advice is applied.
PROOF_SECONDS = 40


def systemctl(*words):
    return subprocess.run(["systemctl", *words], check=False, capture_output=True, text=True).stdout


def must_run(command):
    """Into a pipe: a getty hangs up the console that this service writes to, and mkswap fails where it cannot speak."""
    subprocess.run(command, check=True, capture_output=True)


def write(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(content)


def write_service(service, kind):
    program = f"/usr/local/bin/{service.name}"
    if not os.path.exists(program):
        os.symlink("/opt/lab/hog.py", program)
    settings = "".join(f"{name}={value}\n" for name, value in service.settings.items())
    write(f"{UNITS}/{service.name}.service",
          f"[Unit]\nDescription={service.name}\n[Service]\nType={kind}\nExecStart={program} {service.hog}\n{settings}")


def set_up(scenario):
    for service in scenario.bystanders:
        write_service(service, "notify")
    for service in scenario.culprits:
        write_service(service, "simple")
    for name, settings in scenario.slices.items():
        write(f"{UNITS}/{name}", "[Slice]\n" + "".join(f"{key}={value}\n" for key, value in settings.items()))
    for path, content in scenario.files.items():
        write(path, content)
    systemctl("daemon-reload")
    for command in scenario.prepare:
        must_run(command)


def start_all(scenario, seen):
    for service in scenario.bystanders:
        systemctl("start", service.name)
    seen.look()
    for service in scenario.culprits:
        systemctl("start", service.name)
    if scenario.trigger:
        must_run(scenario.trigger)


def stop_all(scenario):
    for service in scenario.culprits + scenario.bystanders:
        systemctl("kill", "--signal=KILL", service.name)
        systemctl("stop", service.name)
        systemctl("reset-failed", service.name)


def end_shortage(scenario):
    """Kills the culprits from here, with nothing to load: where memory is short, systemctl takes minutes to start."""
    for service in scenario.culprits:
        for path in glob.glob(f"/sys/fs/cgroup/**/{service.name}.service/cgroup.procs", recursive=True):
            for pid in (truth.text(path) or "").split():
                try:
                    os.kill(int(pid), signal.SIGKILL)
                except ProcessLookupError:
                    pass


def watch(seen, kills, seconds, over=None):
    """What was true until so many kills were done, or that unit is dead; stops looking after so many seconds."""
    end = time.monotonic() + seconds
    while (seen.look() < kills or over and state(over)["ActiveState"] == "active") and time.monotonic() < end:
        time.sleep(0.2)


def watch_until_panic(seen, told):
    """There is no afterwards: what is known is handed over after each look."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        seen.look()
        hand_over({**told, "truth": seen.told()})
        time.sleep(0.2)


def state(unit):
    """MainPID, Result and the like, as systemd has them."""
    names = "ActiveState,SubState,MainPID,Result,NRestarts"
    return dict(line.split("=", 1) for line in systemctl("show", "-p", names, unit).splitlines())


def run_into(file, *command):
    with open(f"{OUT}/{file}", "wb") as out, open(f"{OUT}/{file}.stderr", "wb") as errors:
        return subprocess.run(command, check=False, stdin=subprocess.DEVNULL, stdout=out, stderr=errors).returncode


def advise():
    run_into("advise.txt", PROGRAM, "advise", f"--out={OUT}/advised")


def ask_at_once():
    """While the one that caused it still runs."""
    subprocess.run(["journalctl", "--sync"], check=False)
    run_into("alive.json", PROGRAM, "-o", "json")
    advise()


def ask():
    """oomwhy on the live journal and on the ring buffer, and the logs themselves for whoever has to mend it."""
    subprocess.run(["journalctl", "--sync"], check=False)
    status = {"journal.json": run_into("journal.json", PROGRAM, "-o", "json", "--all"),
              "kmsg.json": run_into("kmsg.json", PROGRAM, "-o", "json", "--all", "--kmsg"),
              "screen.txt": run_into("screen.txt", PROGRAM)}
    run_into("journal.export", "journalctl", "-b", "-o", "export")
    run_into("dmesg.txt", "dmesg")
    return status


def apply_written():
    """Installs the drop-ins of `oomwhy advise` as they are written, and says which settings they make."""
    folder = f"{OUT}/advised"
    if not os.path.isdir(folder):
        advise()
    applied = []
    for unit in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        for file in sorted(os.listdir(f"{folder}/{unit}")) if unit.endswith(".d") else []:
            with open(f"{folder}/{unit}/{file}", encoding="utf-8") as drop_in:
                applied += [f"{unit[:-2]} {line.rstrip()}" for line in drop_in if "=" in line and line[0] not in "#["]
            shutil.copytree(f"{folder}/{unit}", f"{UNITS}/{unit}", dirs_exist_ok=True)
    return applied


def unit_of_process(seen, pid):
    """What `systemctl status PID` says, which is what oomwhy tells its reader to ask: the unit in the process's cgroup."""
    path = seen.last_seen[pid]["cgroup"] if pid in seen.last_seen else ""
    return path.rpartition("/")[2]


def apply_held_back(seen):
    """Sets what oomwhy holds back, too; on the unit of the cause where the log does not name it."""
    with open(f"{OUT}/journal.json", encoding="utf-8") as file:
        incident = json.load(file)["incidents"][0]
    applied = []
    for advice in incident["advice"]:
        if advice["action"] != "set" or advice["proposed"] or advice["target_kind"] not in ("unit", "slice"):
            continue
        unit = advice["target"] or unit_of_process(seen, incident["cause"]["pids"][0])
        section = "Slice" if unit.endswith(".slice") else "Service"
        setting = f"{advice['setting']}={advice['value']}"
        write(f"{UNITS}/{unit}.d/60-{advice['setting']}.conf", f"[{section}]\n{setting}\n")
        applied.append(f"{unit} {setting}")
    return applied


def remove_leftovers(scenario):
    for path in glob.glob(scenario.leftovers):
        os.remove(path)


def apply_by_hand(scenario):
    for unit, setting in scenario.by_hand.items():
        write(f"{UNITS}/{unit}.d/70-by-hand.conf", f"[Service]\n{setting}\n")
    return [f"{unit} {setting}" for unit, setting in scenario.by_hand.items()]


def try_again(scenario):
    """The same again: whether the one that died before is still the process it was."""
    remove_leftovers(scenario)
    systemctl("daemon-reload")
    seen = truth.Watch()
    start_all(scenario, seen)
    pid = state(scenario.saved)["MainPID"]
    # The kill that struck it before, and two more.
    watch(seen, 3, PROOF_SECONDS)
    kills = seen.look()
    end_shortage(scenario)
    after = state(scenario.saved)
    stop_all(scenario)
    return {"kills": kills, "pid": pid, "after": after,
            "survived": pid != "0" and after["MainPID"] == pid and after["ActiveState"] == "active"}


def prove(scenario, seen):
    """First with the advice as it is written; if that is not enough, with what it holds back, then with its words."""
    stop_all(scenario)
    trials = []
    for how, apply in (("as written", apply_written), ("with what is held back", lambda: apply_held_back(seen)),
                       ("by its words", lambda: apply_by_hand(scenario))):
        applied = apply()
        if applied:
            trials.append({"how": how, "applied": applied, **try_again(scenario)})
            if trials[-1]["survived"]:
                break
    return trials


def stopped(service):
    """A unit that is to be restarted may come up once more after it was told to stop."""
    if state(service.name)["ActiveState"] in ("inactive", "failed"):
        return True
    systemctl("stop", "--no-block", service.name)
    systemctl("kill", "--signal=KILL", service.name)
    return False


def settle(scenario, seen):
    """Ends the shortage, and gives systemd and journald the time to write down what happened."""
    end = time.monotonic() + SETTLE_SECONDS
    give_up = end + PATIENCE_SECONDS
    remove_leftovers(scenario)
    while time.monotonic() < give_up:
        still = [service.name for service in scenario.culprits if not stopped(service)]
        seen.look()
        if not still and time.monotonic() > end:
            return
        time.sleep(0.5)


def run(scenario):
    told = {"kernel": os.uname().release, "page_size": os.sysconf("SC_PAGE_SIZE")}
    set_up(scenario)
    seen = truth.Watch()
    start_all(scenario, seen)
    if scenario.panic:
        watch_until_panic(seen, told)
    watch(seen, scenario.kills, PATIENCE_SECONDS, scenario.over)
    if scenario.alive:
        ask_at_once()
    settle(scenario, seen)
    told["truth"] = seen.told()
    told["units"] = {service.name: state(service.name) for service in scenario.bystanders + scenario.culprits}
    told["status"] = ask()
    if scenario.saved:
        told["proof"] = prove(scenario, seen)
    if scenario.scan:
        told["scan"] = scan.twice(OUT)
    return told


def hand_over(told):
    write(f"{OUT}/told.json", json.dumps(told))
    with open("/dev/vdc", "wb") as disk:
        with tarfile.open(fileobj=disk, mode="w") as tar:
            tar.add(OUT, arcname=".")
        disk.flush()
        os.fsync(disk.fileno())


def main():
    truth.stay_in_memory()
    os.makedirs(OUT, exist_ok=True)
    word = next(word for word in truth.text("/proc/cmdline").split() if word.startswith("lab.scenario="))
    try:
        hand_over(run(SCENARIOS[word.partition("=")[2]]))
    except Exception:  # the host has to learn of it
        hand_over({"failed": traceback.format_exc()})
    systemctl("poweroff", "--force")
    sys.exit(0)


main()
