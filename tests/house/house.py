#!/usr/bin/env python3
"""Lints the house: layers, braces inside an awaited call, banned constructs, sizes, READMEs.

usage: house.py ROOT ROOMS_TXT     (ROOMS_TXT is written by CMake: "folder: target target...")
Each fault is one line `file:line: what is wrong and what to do instead`; exit status 1 if any.
"""
import pathlib
import re
import subprocess
import sys

# construct -> (pattern, what to do instead, files where it is allowed)
BANNED = [
    (r"\bstd::regex\b", "std::regex recurses on its input; use RE2 or a hand-written matcher", ()),
    (r"\bcatch \(\.\.\.\)", "exceptions are caught at the three edges only",
     ("gateway/net/", "gateway/delivery/", "gateway/main.cpp", "gateway/cli/")),
    (r"\bdetached\b", "the completion of co_spawn handles its exception; use net::spawn",
     ("tests/",)),
    (r"\bsystem_clock::now\(", "time comes from the Clock port", ("gateway/cli/", "tests/bench/", "tests/unit/gateway/net/")),
    (r"\brapidjson\b", "RapidJSON is seen by fhir/json only", ("fhir/json/", "tests/bench/")),
    (r"#include <boost/beast", "Beast is seen by gateway/net only",
     ("gateway/net/", "tests/bench/", "tests/unit/gateway/net/")),
    (r"#include <boost/(asio|beast)\.hpp>", "include the one header that is needed", ()),
    (r"#include <openssl/", "OpenSSL is seen by gateway/crypto and gateway/net only",
     ("gateway/crypto/", "gateway/net/", "tests/")),
    (r"#include <sqlite3", "SQLite is seen by gateway/store only",
     ("gateway/store/", "tests/unit/gateway/store/", "tests/bench/")),
    (r'"OperationOutcome"', "OperationOutcome is made in fhir/outcome only",
     ("fhir/outcome/", "fhir/model/", "gateway/simulate/", "tests/")),
    (r"\bTODO\b|\bFIXME\b|\bXXX\b", "finish it, or write an issue", ()),
    (r"\.reveal\(\)", "revealed only where the plain value must leave the program",
     ("fhir/nhs/", "gateway/store/", "gateway/security/", "gateway/delivery/", "gateway/referral/",
      "gateway/cli/", "gateway/simulate/", "gateway/ops/", "config/", "tests/")),
]
SOURCES = ("fhir", "mappings", "config", "gateway", "tests")
LINES_MAX = 600
BLOB_BYTES_MAX = 256 * 1024
README_LINES_MAX = 40


def tracked(root):
    out = subprocess.run(["git", "-C", root, "ls-files", "-co", "--exclude-standard"],
                         capture_output=True, text=True, check=True).stdout
    return [pathlib.Path(line) for line in out.splitlines() if (root / line).is_file()]


def without_comments_and_strings(text):
    """The same text with comments and literals blanked, so that positions stay."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group(0))
    pattern = (r'R"(\w*)\((?:.|\n)*?\)\1"|//[^\n]*|/\*(?:.|\n)*?\*/'
               r'|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'')
    return re.sub(pattern, blank, text)


def awaited_braces(code):
    """Line numbers where a brace or capturing lambda stands inside an awaited call's parentheses."""
    for match in re.finditer(r"\bco_await\b", code):
        depth, at = 0, match.end()
        while at < len(code):
            char = code[at]
            if char == "(":
                depth += 1
            elif char == ")":
                depth -= 1
                if depth < 0:
                    break
            elif char in ";" and depth == 0:
                break
            elif char == "{":
                if depth > 0 or not code[match.end():at].strip().endswith(")"):
                    yield code.count("\n", 0, at) + 1
                break
            at += 1


def rooms_of(rooms_txt):
    """room folder -> set of folders it may include, closed over what those link."""
    links = {}
    for line in rooms_txt.read_text().splitlines():
        folder, _, rest = line.partition(":")
        links[folder.strip()] = [r for r in re.split(r"[ ;]+", rest.strip()) if r]
    by_target = {folder.replace("/", "_"): folder for folder in links}
    closed = {}

    def close(folder):
        if folder not in closed:
            closed[folder] = {folder}
            for target in links[folder]:
                closed[folder] |= close(by_target[target])
        return closed[folder]

    for folder in links:
        close(folder)
    return closed


def room_of(path, rooms):
    parts = path.parts
    for length in range(len(parts) - 1, 0, -1):
        folder = "/".join(parts[:length])
        if folder in rooms:
            return folder
    return None


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    rooms = rooms_of(pathlib.Path(sys.argv[2]))
    faults = []
    files = tracked(root)
    for path in files:
        name = str(path)
        full = root / path
        generated = name.endswith((".inc", "package-lock.json", "r4_ids.h"))
        if full.stat().st_size > BLOB_BYTES_MAX and not generated:
            faults.append(f"{name}:1: over {BLOB_BYTES_MAX} bytes; keep large data out of the tree")
        if path.name == "README.md" and len(path.parts) > 1:
            if full.read_text().count("\n") > README_LINES_MAX:
                faults.append(f"{name}:1: a folder's README has at most {README_LINES_MAX} lines")
        if path.suffix not in (".h", ".cpp") or path.parts[0] not in SOURCES or generated:
            continue
        text = full.read_text()
        code = without_comments_and_strings(text)
        if text.count("\n") > LINES_MAX:
            faults.append(f"{name}:1: over {LINES_MAX} lines; is it still one noun?")
        for pattern, instead, allowed in BANNED:
            if any(name.startswith(prefix) for prefix in allowed):
                continue
            haystack = text if pattern.startswith(("#", '"', r"\bTODO")) else code
            for match in re.finditer(pattern, haystack):
                line = haystack.count("\n", 0, match.start()) + 1
                faults.append(f"{name}:{line}: {match.group(0).strip()}: {instead}")
        for line in awaited_braces(code):
            faults.append(f"{name}:{line}: brace inside an awaited call: name it first, then "
                          "std::move (g++ 12 destroys such temporaries twice)")
        room = room_of(path, rooms)
        for match in re.finditer(r'^#include "([^"]+)"', text, re.M):
            target = room_of(pathlib.PurePosixPath(match.group(1)), rooms)
            if room and target and target not in rooms[room]:
                line = text.count("\n", 0, match.start()) + 1
                faults.append(f"{name}:{line}: {room} may not include {target}")
    folders = {p.parent for p in files if p.suffix in (".cpp", ".h", ".map", ".py")
               and p.parts[0] in SOURCES and not str(p).startswith("tests/unit/")}
    for folder in sorted(folders):
        if not (root / folder / "README.md").is_file() and not any(
                (root / parent / "README.md").is_file() for parent in list(folder.parents)[:1]
                if str(parent) != "."):
            faults.append(f"{folder}/README.md:1: the folder says nowhere what lives in it")
    for fault in sorted(faults):
        print(fault)
    print(f"{len(files)} files read, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
