"""The program's tools on a command line, without a world."""
import subprocess

from world import PROGRAM


def run(*arguments, stdin=None):
    """Bytes in, text out; `arguments` may be paths."""
    if isinstance(stdin, str):
        stdin = stdin.encode()
    done = subprocess.run([PROGRAM, *map(str, arguments)], input=stdin, capture_output=True, timeout=120)
    done.stdout = done.stdout.decode()
    done.stderr = done.stderr.decode()
    return done
