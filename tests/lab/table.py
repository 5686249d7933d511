#!/usr/bin/env python3
"""Prints the results of the lab as a Markdown table. usage: table.py FOLDER (of SUITE/SCENARIO/result.json)"""
import glob
import json
import sys


def row(result):
    verdict = "holds" if not result["broken"] else f"{len(result['broken'])} differ"
    cells = (f"`{result['kernel']}`", result["scenario"], result["said"], f"{result['held']}, {verdict}", result["proof"])
    return "| " + " | ".join(cells) + " |"


def main():
    print("| kernel | scenario | what oomwhy said | held against /proc | the same again, with its advice |")
    print("|---|---|---|---|---|")
    for path in sorted(glob.glob(f"{sys.argv[1]}/*/*/result.json")):
        with open(path, encoding="utf-8") as file:
            print(row(json.load(file)))


main()
