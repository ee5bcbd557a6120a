"""Where a run leaves something that could hold a value: the table of docs/security.md.

tests/module/test_no_trace_of_the_value.py makes such a run, and fails where one of these rows is
not true.
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
    """A place, the kinds of values that are searched for there, and those that are found.

    `advice` says what to do, or how the place was filled.
    """

    name: str
    advice: str
    found: tuple[str, ...] = ()
    searched: tuple[str, ...] = KINDS

    @property
    def row(self) -> tuple[str, str, str, str]:
        """Cells of the table."""
        return self.name, _listed(self.searched), _listed(self.found), self.advice


def _listed(kinds: tuple[str, ...]) -> str:
    names = {(): "nothing", KINDS: "all kinds", GIVEN: "all that were given"}
    return names.get(kinds, ", ".join(kinds))


COMMAND_LINE = ("`secret_string_wo`",)
LOGGED = "Keep no such log: the provider logs what it sends and receives."

PLACES = (
    Place("working folder", "`.terraform`, state, its backup, saved plans by their members"),
    Place("temporary folder of Terraform", "what stays there"),
    Place("plan as JSON", "`terraform show -json`"),
    Place("state as JSON", "`terraform show -json`"),
    Place("outputs", "`terraform output -json`, with all outputs of the module"),
    Place("what Terraform prints", "plan, apply and a refusal, in words"),
    Place("what Terraform prints with `-json`", "apply and a refusal, with the values it cites"),
    Place("what Terraform prints when it crashes", "stacks of a process that SIGQUIT has ended"),
    Place("log at `TF_LOG=ERROR`", "a refusal"),
    Place("log at `TF_LOG=WARN`", "an apply that writes values"),
    Place("log at `TF_LOG=INFO`", "a plan, and an apply that creates the secrets"),
    Place("log at `TF_LOG=DEBUG`", LOGGED, KINDS),
    Place("log at `TF_LOG=TRACE`", LOGGED, KINDS),
    Place(
        "log at `TF_LOG=TRACE`, nothing changes",
        "Keep no such log: the provider hides what it reads for an ephemeral resource, but not the "
        "version that Terraform wrote last.",
        ("generated password", *GIVEN),
    ),
    Place(
        "log at `TF_LOG=INFO` of a value given by `-var`",
        "Give no value by `-var`: Terraform logs its command line.",
        COMMAND_LINE,
        COMMAND_LINE,
    ),
    Place(
        "command line of a value given by `-var`",
        "Give no value by `-var`: every user of the machine reads `/proc/PID/cmdline`.",
        COMMAND_LINE,
        COMMAND_LINE,
    ),
    Place(
        "environment of Terraform",
        "`TF_VAR_*`: let nobody else be this user, who reads `/proc/PID/environ`.",
        GIVEN,
        GIVEN,
    ),
    Place(
        "environment of the provider",
        "It inherits `TF_VAR_*`, as every child of Terraform does.",
        GIVEN,
        GIVEN,
    ),
    Place(
        "memory of Terraform",
        "Make no core dump: `ulimit -c 0`, and no `GOTRACEBACK=crash`, without which a crash "
        "makes none.",
        GIVEN,
        GIVEN,
    ),
    Place("reports of the scan", "SARIF and JUnit XML of the plan"),
    Place("pytest's JUnit XML of a refused plan", "The tests here write none unless asked to."),
    Place(
        "pytest's JUnit XML of a value compared",
        "Compare no value of a live secret in an assertion, which prints it when it fails.",
        ("generated password",),
        ("generated password",),
    ),
    Place("output of secret-doctor", "of each secret and of `--unused`, in words and JSON"),
    Place("log group of the rotation function", "two rotations by alternating users"),
    Place("log group of the Lambda consumer", "an invocation that reads and logs in"),
    Place("messages of monitoring", "of an event that holds every value in its other fields"),
    Place("log and volume of LocalStack", "what the emulator has written, functions included"),
)
