"""What shows Office documents: the same packages everywhere they are named; the worker's service lets the sandbox stand."""

import re
import subprocess

from backend.scoring import checks
from tests.house.sources import ROOT


def read(name: str) -> str:
    return (ROOT / "deploy" / name).read_text()


def test_the_packages_are_the_same_in_the_scripts_the_check_and_the_instructions():
    (named,) = re.findall(r"^PREVIEW_PACKAGES=\((.*)\)$", read("setup.sh"), re.MULTILINE)
    assert named == checks.PACKAGES
    assert named in read("README.md")
    assert "${PREVIEW_PACKAGES" in read("test")


def test_a_start_without_them_names_them_and_installs_nothing():
    (line,) = [line for line in read("run").splitlines() if "PREVIEW_PACKAGES" in line]
    script = f"need_packages() {{ echo WRONG; }}; . deploy/setup.sh; PATH=/nowhere; {line}"
    done = subprocess.run(["bash", "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert checks.PACKAGES in done.stdout
    assert len(done.stdout.splitlines()) == 1


def test_the_workers_service_lets_bubblewrap_mount_and_close_the_network():
    service = read("systemd/par-index-worker.service")
    assert not re.search(r"^(ProtectKernelTunables|RestrictNamespaces|ProtectProc)=", service, re.MULTILINE)
    assert re.search(r"^RestrictAddressFamilies=.*AF_NETLINK", service, re.MULTILINE)
    assert "ProtectKernelTunables=yes" in read("systemd/par-index-web.service")
