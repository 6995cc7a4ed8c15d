#!/usr/bin/env python3
"""Runs clang-tidy on the project's sources (not on tests: that doubles the time), and again only on what changed.

usage: tidy.py BUILD_FOLDER

A file is clean as long as its own text, the project's headers and protos it includes, its compile command, .clang-tidy
and the tool's version stay the same; BUILD_FOLDER/tidy remembers clean files by that digest. Exit status 1 when a file
is not clean.
"""
import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import time

TOOL = "clang-tidy-16"
ROOT = pathlib.Path(__file__).resolve().parent.parent
# Tests, what they stand on, and benchmarks.
TEST = re.compile(r"_(test|contract)\.cc$|^(integration|bench|fuzz)/|^common/testing/|/testing/")
INCLUDE = re.compile(rb'^(?:#include|import) "([^"]+)"', re.MULTILINE)
GENERATED = re.compile(r"(\.grpc)?\.pb\.h$")  # from the proto of the same name


@functools.lru_cache(maxsize=None)
def headers_of(path):
    """All project files that `path` includes, directly or not, and itself; for generated code its proto."""
    found = {path}
    waiting = [path]
    while waiting:
        for name in INCLUDE.findall(waiting.pop().read_bytes()):
            name = GENERATED.sub(".proto", name.decode())
            header = ROOT / "proto" / name if name.endswith(".proto") else ROOT / name
            if header.is_file() and header not in found:
                found.add(header)
                waiting.append(header)
    return frozenset(found)


@functools.lru_cache(maxsize=None)
def tool_version():
    return subprocess.run([TOOL, "--version"], capture_output=True, check=True).stdout


def digest_of(source, command):
    digest = hashlib.sha256(command.encode())
    digest.update(tool_version())
    digest.update((ROOT / ".clang-tidy").read_bytes())
    for path in sorted(headers_of(source)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def tidy(source, build):
    """The report of clang-tidy; empty when the file is clean."""
    result = subprocess.run(
        [TOOL, "--quiet", "-p", str(build), str(source)],
        capture_output=True, text=True, check=False, timeout=600)
    if result.returncode == 0:
        return ""
    return result.stdout + result.stderr or f"clang-tidy ended with status {result.returncode}"


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    memory = build / "tidy"
    memory.mkdir(exist_ok=True)
    work = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        source = pathlib.Path(os.path.join(entry["directory"], entry["file"])).resolve()
        outside = build in source.parents or ROOT not in source.parents or not source.is_file()
        if outside or TEST.search(str(source.relative_to(ROOT))):
            continue
        mark = memory / digest_of(source, entry["command"])
        if not mark.exists():
            work[source] = mark  # once, even if several targets compile it
    print(f"clang-tidy: {len(work)} files to look at", flush=True)
    failed = 0
    started = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        reports = pool.map(lambda source: tidy(source, build), work)
        for done, ((source, mark), report) in enumerate(zip(work.items(), reports), 1):
            print(f"[{done}/{len(work)} {time.monotonic() - started:.0f}s] {source.relative_to(ROOT)}", flush=True)
            if report:
                print(report, flush=True)
                failed += 1
            else:
                mark.touch()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
