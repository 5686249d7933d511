#!/usr/bin/env python3
"""Runs every command of README's "console" blocks and compares what it prints with what the README shows.

usage: readme.py BINARY SOURCE_FOLDER. A line "…" stands for any number of lines. Commands run in a copy of testdata's
parent, one block after the other; a block whose first line is "# not run" is left out.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile


def matches(shown, printed):
    """Whether `printed` is `shown`, where "…" stands for any lines."""
    pattern = "".join(r"(?:.*\n)*?" if line == "…" else re.escape(line) + "\n" for line in shown)
    return re.fullmatch(pattern, printed) is not None


def main():
    binary, source = os.path.abspath(sys.argv[1]), sys.argv[2]
    text = open(os.path.join(source, "README.md"), encoding="utf-8").read()
    failures = commands = 0
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(os.path.join(os.path.abspath(source), "testdata"), os.path.join(folder, "testdata"))
        shutil.copy(binary, os.path.join(folder, "oomwhy"))
        environment = dict(os.environ, PATH=folder + ":" + os.environ["PATH"], LC_ALL="C.UTF-8", TZ="UTC", COLUMNS="80")
        for block in re.findall(r"^```console\n(.*?)^```$", text, re.M | re.S):
            if block.startswith("# not run"):
                continue
            for part in re.findall(r"^\$ (.*(?:\\\n.*)*)\n((?:(?!\$ ).*\n)*)", block, re.M):
                command, shown = part[0], part[1].splitlines()
                run = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                                     capture_output=True, text=True)
                commands += 1
                if not matches(shown, run.stdout):
                    print(f"$ {command}\n--- shown\n" + "\n".join(shown) + f"\n--- printed\n{run.stdout}{run.stderr}")
                    failures += 1
    print(f"{commands} commands, {failures} differ")
    sys.exit(1 if failures or not commands else 0)


if __name__ == "__main__":
    main()
