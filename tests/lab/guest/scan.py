#!/usr/bin/python3
"""The nightly scan as its package installs it, started twice under the systemd that runs here.

As a program, in a container whose journal holds an OOM kill: leaves what systemd and the state folder said in
/opt/lab/out/told.json, and switches the container off.
"""
import json
import os
import shutil
import subprocess

UNIT = "oomwhy-scan.service"
STATE = "/var/lib/private/oomwhy"


def run(*command):
    return subprocess.run(command, check=False, capture_output=True, text=True).stdout


def text(path):
    """None where it is not there."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError:
        return None


def install_package():
    """As apt would: the archive is out of reach here, so that the libraries came along."""
    for package in os.listdir("/opt/lab/package"):
        # Into a pipe: a getty may have hung up the console.
        command = ["dpkg", "--force-depends", "-i", f"/opt/lab/package/{package}"]
        subprocess.run(command, check=True, capture_output=True)
    known = run("ldconfig", "-p")
    os.makedirs("/usr/local/lib", exist_ok=True)
    for library in os.listdir("/opt/lab/lib"):
        if ".so" in library and library not in known and not library.startswith("ld-"):
            shutil.copy(f"/opt/lab/lib/{library}", "/usr/local/lib")
    run("ldconfig")
    run("systemctl", "daemon-reload")


def once():
    """What systemd says of one run of the service, and what that run left in its state folder."""
    run("systemctl", "start", UNIT)
    shown = run("systemctl", "show", "-p", "ActiveState,Result,ExecMainStatus", UNIT)
    return {"show": dict(line.split("=", 1) for line in shown.splitlines()),
            "state": text(f"{STATE}/scan.json"), "metrics": text(f"{STATE}/oomwhy.prom")}


def twice(folder):
    """Two runs; what they said and how exposed systemd thinks the service is go to files in the folder."""
    install_package()
    runs = [once(), once()]
    for name, command in {"scan.txt": ("journalctl", "-o", "cat", "-u", UNIT),
                          "security.txt": ("systemd-analyze", "security", "--no-pager", UNIT)}.items():
        with open(f"{folder}/{name}", "w", encoding="utf-8") as file:
            file.write(run(*command))
    return runs


def main():
    out = "/opt/lab/out"
    os.makedirs(out, exist_ok=True)
    told = {"scan": twice(out)}
    with open(f"{out}/told.json", "w", encoding="utf-8") as file:
        json.dump(told, file)
    run("systemctl", "poweroff", "--force")


if __name__ == "__main__":
    main()
