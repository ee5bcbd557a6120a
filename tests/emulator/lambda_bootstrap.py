"""Become the runtime client of a Lambda function, which ends when LocalStack ends.

The function's Python runs this as the leader of a process group. Standard input is a pipe from
LocalStack, and the argument is the function's handler.
"""

import os
import signal
import sys

# checkov imports every file of a repository that it gets rules from.
if __name__ == "__main__":
    # A guard ends the group when the pipe closes, which happens however LocalStack ends. It is a
    # process, because a busy function can block all its threads. It is a grandchild, because a
    # function can wait for all its children.
    if os.fork() == 0:
        if os.fork() == 0:
            os.read(sys.stdin.fileno(), 1)
            os.killpg(0, signal.SIGKILL)
        os._exit(0)
    os.wait()
    os.dup2(os.open(os.devnull, os.O_RDONLY), sys.stdin.fileno())
    # -B, because in Lambda a function cannot write to the folder of its code.
    os.execv(sys.executable, [sys.executable, "-B", "-m", "awslambdaric", sys.argv[1]])  # noqa: S606
