"""A copy of the mapping set in a folder of its own, and the program run there."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("WAYMARK", str(ROOT / "build/release/waymark"))
SHARED = pathlib.Path(os.environ.get("WAYMARK_SHARED", ROOT.parent / "shared"))


class Bench(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="waymark-workshop-")
        self.addCleanup(folder.cleanup)
        self.here = pathlib.Path(folder.name)
        self.set = self.here / "mappings"
        shutil.copytree(ROOT / "mappings", self.set, ignore=shutil.ignore_patterns("*.cpp", "*.h"))

    def waymark(self, *arguments, status=0):
        """Runs the program; gives what it wrote, and fails on another exit status."""
        done = subprocess.run([PROGRAM, *map(str, arguments)], cwd=self.here, text=True,
                              capture_output=True, timeout=120)
        self.assertEqual(done.returncode, status,
                         f"{' '.join(map(str, arguments))}\n{done.stdout}{done.stderr}")
        return done.stdout, done.stderr

    def write(self, name, text):
        file = self.here / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file
