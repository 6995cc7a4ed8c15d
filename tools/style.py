#!/usr/bin/env python3
"""Style as a test: dependency arrows, sizes, words, headers. The tables are in style_rules.py.

usage: style.py [PATH...]     without paths: every file of the project

Prints one line per violation ("path:line: rule: what") and exits 1 when there is one.
"""
import os
import pathlib
import re
import subprocess
import sys

import style_rules as rules

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCE = (".h", ".cc")
TEXT = SOURCE + (".proto", ".py", ".sh", ".yaml", ".yml", ".md", ".txt", ".cmake", ".json")
PROJECT = ("common/", "services/", "sandbox/", "cli/", "integration/", "bench/", "fuzz/")
TEST = re.compile(r"_(test|bench|fuzz|contract)\.(cc|h)$|^(integration|bench|fuzz)/|^common/testing/|/testing/")
INCLUDE = re.compile(r'^#include ([<"])([^>"]+)[>"]')
STATEMENT = re.compile(r"\s*(namespace|class|struct|enum|union|extern|if|for|while|switch|else|do|try|catch)\b")


def project_files():
    try:
        names = subprocess.run(
            ["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard"],
            capture_output=True, text=True, check=True).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):  # outside a git tree: a source archive
        names = [str(p.relative_to(ROOT)) for p in ROOT.rglob("*") if "build" not in p.parts[:1]]
    return sorted(name for name in names if (ROOT / name).is_file())


def matches(path, patterns):
    return any(re.search(pattern, path) for pattern in patterns)


def home_of(path):
    """The longest directory of the table of arrows that `path` lies in."""
    homes = [home for home in rules.ARROWS if path.startswith(home + "/")]
    return max(homes, key=len, default=None)


def may_include(path, header):
    home = home_of(path)
    if home is None or home_of(header) == home or TEST.search(path) and home_of(header) == "common/testing":
        return True
    # A service's parts may use each other, except that nothing of the core's arrows is widened.
    if header.startswith(home + "/"):
        return True
    return any(header.startswith(allowed + "/") for allowed in rules.ARROWS[home])


def check_include(path, quote, header):
    """What is wrong with one include, or None."""
    is_test = TEST.search(path)
    if header.startswith("redisoperator/") and not is_test and not matches(path, rules.PROTO_EDGES):
        return "proto: generated code stops at the edges (convert, client, rpc)"
    if header.startswith(PROJECT) and not may_include(path, header):
        return f"arrow: {home_of(path)} may not include {header}"
    if header.startswith("lemon/") and path != rules.LEMON_FILE:
        return f"lemon: only {rules.LEMON_FILE} knows the solver"
    if path.startswith("services/planner/core/") and not is_test and "lemon/" not in header:
        third_party = "/" in header or quote == '"' or header.endswith(".h")
        allowed = header.startswith(PROJECT) or header.startswith(tuple(rules.CORE_THIRD_PARTY))
        if third_party and not allowed:
            return f"core: the planner's core may not include {header}"
    if path.endswith(".h") and not is_test and path not in rules.HEAVY_ALLOWED:
        if header.startswith(tuple(rules.HEAVY_HEADERS)):
            return f"heavy: {header} belongs in a .cc file"
    return None


def check_includes(path, lines):
    for number, line in enumerate(lines, 1):
        include = INCLUDE.match(line)
        problem = check_include(path, *include.groups()) if include else None
        if problem:
            yield number, problem


def check_header(path, lines):
    if not path.endswith(".h"):
        return
    if not lines or not lines[0].startswith("//"):
        yield 1, "header: begins with a comment that says what the file is"
    guard = "REDIS_OPERATOR_" + re.sub(r"[/.-]", "_", path).upper() + "_"
    if f"#ifndef {guard}" not in lines:
        yield 1, f"guard: should be {guard}"


def check_sizes(path, lines):
    if path.endswith(SOURCE) and not TEST.search(path) and len(lines) > rules.FILE_LINES_MAX:
        yield len(lines), f"file: {len(lines)} lines, at most {rules.FILE_LINES_MAX}"
    columns_max = rules.LINE_COLUMNS_MAX.get(os.path.splitext(path)[1])
    for number, line in enumerate(lines, 1):
        if columns_max and len(line) > columns_max and "://" not in line:
            yield number, f"line: {len(line)} columns, at most {columns_max}"


def code_of(line):
    """The line without string and character literals and without its comment."""
    return re.sub(r'"(\\.|[^"\\])*"|\'(\\.|[^\'\\])\'', "0", line).split("//")[0]


def check_functions(path, lines):
    """Blocks whose head has parameters and isn't a statement: functions, as far as braces can tell."""
    if not path.endswith(SOURCE) or TEST.search(path):
        return
    head, blocks, raw_string = "", [], False
    for number, line in enumerate(lines, 1):
        if raw_string or 'R"' in line:
            raw_string = not re.search(r'\)[a-z]*"', line.split('R"')[-1])
            continue
        for char in code_of(line):
            if char == "{":
                blocks.append((number, ")" in head and not STATEMENT.match(head)))
            elif char == "}" and blocks:
                start, is_function = blocks.pop()
                if is_function and number - start - 1 > rules.FUNCTION_LINES_MAX:
                    yield start, f"function: {number - start - 1} lines, at most {rules.FUNCTION_LINES_MAX}"
            head = "" if char in "{};" else head + char


def check_words(path, lines):
    old_words = matches(path, rules.OLD_ROLE_WORDS_ALLOWED)
    for number, line in enumerate(lines, 1):
        for name in rules.OLD_ROLE_NAMES:
            line = line.replace(name, "")
        if not old_words and re.search(r"(?i)master|slave", line):
            yield number, "word: primary and replica, never the old words"
        if path.endswith(SOURCE + (".proto", ".py", ".sh")) and "style" not in path:
            if re.search(r"\b(TODO|FIXME|XXX)\b", line):
                yield number, "word: no notes to oneself in finished code"
        if re.search(r"(?<![\w.$}])/(work|root|home)/\w", line) and "style" not in path:
            yield number, "path: absolute path of one machine"


def check_threads(path, lines):
    if not path.endswith(SOURCE):
        return
    for number, line in enumerate(lines, 1):
        code = line.split("//")[0]
        if re.search(r"sleep_for|absl::SleepFor|\busleep\(|[^\w]sleep\(", code):
            if path not in rules.SLEEP_ALLOWED:
                yield number, "sleep: wait for a condition"
        if re.search(r"std::j?thread\b(?!::)", code) and not matches(path, rules.THREADS_ALLOWED):
            yield number, "thread: threads belong to the outer layers"


def check_place(path, all_builds):
    if re.search(r"(^|/)(utils?|helpers?|misc)(/|[._])", path):
        yield 1, "name: nothing is called util, helpers or misc"
    if path.endswith(".cc") and not path.startswith("build/"):
        folders = [str(parent) for parent in pathlib.PurePosixPath(path).parents]
        names = [os.path.relpath(path, folder) for folder in folders if folder in all_builds]
        builds = [all_builds[folder] for folder in folders if folder in all_builds]
        stem = re.sub(r"_test\.cc$", "", os.path.basename(path))
        if not any(name in text or f"{stem}" in text for name, text in zip(names, builds)):
            yield 1, "dead: no CMakeLists.txt names this file"


def violations(path, all_builds):
    try:
        lines = (ROOT / path).read_text().splitlines()
    except UnicodeDecodeError:
        return
    yield from check_place(path, all_builds)
    name = os.path.basename(path)
    if path.endswith(TEXT) or name in ("Makefile", "CMakeLists.txt") or "." not in name:
        for check in (check_includes, check_header, check_sizes, check_functions, check_words, check_threads):
            yield from check(path, lines)


def main():
    files = project_files()
    all_builds = {
        str(pathlib.PurePosixPath(f).parent): (ROOT / f).read_text()
        for f in files if f.endswith("CMakeLists.txt")}
    wanted = sys.argv[1:] or [f for f in files if f != "LICENSE"]
    count = 0
    for path in wanted:
        for number, problem in violations(path, all_builds):
            print(f"{path}:{number}: {problem}")
            count += 1
    print(f"style: {len(wanted)} files, {count} violations")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
