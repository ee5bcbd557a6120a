"""Run LocalStack with its repairs, only on loopback and only while its starter runs.

The starter is the process that starts this module, with LocalStack's own Python, as the leader of a
process group. Standard input is a pipe from the starter. The argument is the folder to remove at
the end.
"""

import functools
import os
import shutil
import signal
import sys
import threading


def end_with_starter(folder: str) -> None:
    """Wait until the pipe closes, which happens however the starter ends; then end the group."""
    os.read(sys.stdin.fileno(), 1)
    shutil.rmtree(folder, ignore_errors=True)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    threading.Thread(target=end_with_starter, args=sys.argv[1:], daemon=True).start()

    # These imports are late because they take seconds, in which the starter can already end.
    from localstack.runtime.main import main
    from twisted.internet import endpoints

    from emulator import repairs
    from emulator.keys import refuse_what_kms_refuses
    from emulator.limits import refuse_what_aws_refuses
    from emulator.secrets_api import serve_secrets_as_documented

    # LocalStack listens on every interface, whichever IPv4 address GATEWAY_LISTEN names.
    endpoints.TCP4ServerEndpoint = functools.partial(
        endpoints.TCP4ServerEndpoint, interface="127.0.0.1"
    )
    repairs.load_each_service_before_it_answers()
    repairs.run_functions_as_processes()
    repairs.keep_objects_of_s3_in_the_folder()
    repairs.keep_log_groups()
    repairs.create_log_groups_as_roles_allow()
    repairs.keep_descriptions_of_rules()
    repairs.keep_tags_of_alarms()
    repairs.keep_versions_of_endpoint_policies()
    repairs.keep_roles_of_stacks()
    repairs.update_connections_of_stacks()
    refuse_what_kms_refuses()
    serve_secrets_as_documented()
    refuse_what_aws_refuses()
    main()
