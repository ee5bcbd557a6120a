"""Runs LocalStack on loopback alone, only for as long as the process that started it lives, mended.

Run by LocalStack's own Python, as the leader of a process group, with a pipe from its starter as
standard input and the folder to leave nothing of as its argument.
"""

import functools
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable


def end_with_starter(folder: str) -> None:
    """Wait for the pipe to close, as it does however the starter ends; then end the whole group."""
    os.read(sys.stdin.fileno(), 1)
    shutil.rmtree(folder, ignore_errors=True)
    os.killpg(0, signal.SIGKILL)


def keep_staging_labels() -> None:
    """Let a staging label stay on its version until it is moved, as it does in AWS.

    LocalStack drops all other labels of a version when that ceases to be AWSCURRENT, and leaves a
    label that is given to a new version on the old one as well.
    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
    """
    from localstack.utils.patch import patch
    from moto.secretsmanager.models import FakeSecret

    def reset_default_version(
        original: Callable[..., None], secret: "FakeSecret", new: dict[str, list[str]], new_id: str
    ) -> None:
        labels = {old_id: list(old["version_stages"]) for old_id, old in secret.versions.items()}
        original(secret, new, new_id)
        for old_id, old in secret.versions.items():
            if old_id != new_id:
                moved = {"AWSCURRENT", "AWSPREVIOUS", *new["version_stages"]}
                old["version_stages"] = [
                    *(label for label in old["version_stages"] if label == "AWSPREVIOUS"),
                    *(label for label in labels[old_id] if label not in moved),
                ]

    patch(FakeSecret.reset_default_version)(reset_default_version)


def keep_keys_of_replicas() -> None:
    """Report a replica's key as it was given; LocalStack reports the AWS managed one instead.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ReplicationStatusType.html
    """
    from localstack.utils.patch import patch
    from moto.secretsmanager.models import FakeSecret, ReplicaSecret

    def create_replicas(
        original: Callable[..., list["ReplicaSecret"]],
        secret: "FakeSecret",
        regions: list[dict[str, str]],
        force_overwrite: bool,
    ) -> list["ReplicaSecret"]:
        replicas = original(secret, regions, force_overwrite=force_overwrite)
        keys = {region["Region"]: region.get("KmsKeyId") for region in regions}
        for replica in replicas:
            replica.config["KmsKeyId"] = keys[replica.region] or replica.config["KmsKeyId"]
        return replicas

    patch(FakeSecret.create_replicas)(create_replicas)


if __name__ == "__main__":
    threading.Thread(target=end_with_starter, args=sys.argv[1:], daemon=True).start()

    # Imported this late because it takes seconds, in which the starter can already be gone.
    from localstack.runtime.main import main
    from twisted.internet import endpoints

    # LocalStack listens on every interface whatever IPv4 address GATEWAY_LISTEN names.
    endpoints.TCP4ServerEndpoint = functools.partial(
        endpoints.TCP4ServerEndpoint, interface="127.0.0.1"
    )
    keep_staging_labels()
    keep_keys_of_replicas()
    main()
