"""Places in which a run could leave a value: the table of docs/security.md.

tests/module/test_no_trace_of_the_value.py makes such a run, and fails if a row is not true.
"""

from dataclasses import dataclass

# Values that a caller gives in ephemeral variables.
GIVEN = (
    "superuser's password",
    "`password_wo`",
    "`key_values_wo`",
    "`secret_string_wo`",
    "binary data",
)
KINDS = ("generated password", "rotated password", *GIVEN)


@dataclass(frozen=True)
class Place:
    """A place, the kinds of values that the test searches for, and those that it finds.

    `advice` says what to do, or what the run wrote there.
    """

    name: str
    advice: str
    found: tuple[str, ...] = ()
    searched: tuple[str, ...] = KINDS

    @property
    def row(self) -> tuple[str, str, str, str]:
        """Return the cells of the table."""
        return self.name, _listed(self.searched), _listed(self.found), self.advice


def _listed(kinds: tuple[str, ...]) -> str:
    names = {(): "nothing", KINDS: "all kinds", GIVEN: "all that were given"}
    return names.get(kinds, ", ".join(kinds))


COMMAND_LINE = ("`secret_string_wo`",)
LOGGED = "Keep no such log. The provider logs what it sends and receives."

PLACES = (
    Place(
        "working folder", "`.terraform`, the state, its backup, and each file in the saved plans"
    ),
    Place("temporary folder of Terraform", "all files that stay there"),
    Place("plan as JSON", "`terraform show -json`"),
    Place("state as JSON", "`terraform show -json`"),
    Place("outputs", "`terraform output -json`, with all outputs of the module"),
    Place("what Terraform prints", "a plan, an apply, and a refusal"),
    Place(
        "what Terraform prints with `-json`",
        "an apply, and a refusal with the values that its message cites",
    ),
    Place(
        "what Terraform prints when it crashes", "the stack traces of a process that SIGQUIT ended"
    ),
    Place("log at `TF_LOG=ERROR`", "a refusal"),
    Place("log at `TF_LOG=WARN`", "an apply that writes values"),
    Place("log at `TF_LOG=INFO`", "a plan, and an apply that creates the secrets"),
    Place("log at `TF_LOG=DEBUG`", LOGGED, KINDS),
    Place("log at `TF_LOG=TRACE`", LOGGED, KINDS),
    Place(
        "log at `TF_LOG=TRACE`, nothing changes",
        "Keep no such log. The provider hides what an ephemeral resource reads. It does not hide "
        "the version that Terraform wrote last.",
        ("generated password", *GIVEN),
    ),
    Place(
        "log at `TF_LOG=INFO` of a value given by `-var`",
        "Give no value by `-var`. Terraform logs its command line.",
        COMMAND_LINE,
        COMMAND_LINE,
    ),
    Place(
        "command line of a value given by `-var`",
        "Give no value by `-var`. Every user of the machine can read `/proc/PID/cmdline`.",
        COMMAND_LINE,
        COMMAND_LINE,
    ),
    Place(
        "environment of Terraform",
        "`TF_VAR_*`. Run Terraform as a separate user: only that user and root can read "
        "`/proc/PID/environ`.",
        GIVEN,
        GIVEN,
    ),
    Place(
        "environment of the provider",
        "It inherits `TF_VAR_*`, as every child process of Terraform does.",
        GIVEN,
        GIVEN,
    ),
    Place(
        "memory of Terraform",
        "Allow no core dump: set `ulimit -c 0`, and do not set `GOTRACEBACK=crash`. Without that "
        "variable a crash writes no dump.",
        GIVEN,
        GIVEN,
    ),
    Place("reports of the scan", "SARIF and JUnit XML of the plan"),
    Place(
        "pytest's JUnit XML of a refused plan",
        "The tests of this project write no such report unless you request one.",
    ),
    Place(
        "pytest's JUnit XML of a value compared",
        "Do not compare the value of a live secret in an assertion. A failed assertion prints it.",
        ("generated password",),
        ("generated password",),
    ),
    Place("output of secret-doctor", "for each secret and with `--unused`, as text and as JSON"),
    Place("log group of the rotation function", "two rotations by alternating users"),
    Place("log group of the Lambda consumer", "an invocation that reads and logs in"),
    Place("messages of monitoring", "an event with every value in its other fields"),
    Place("log and volume of LocalStack", "all that the emulator and its functions write"),
)
