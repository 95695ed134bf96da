"""Starts the AWS emulator ministack. The emulator and everything that calls the emulator run in a network namespace
whose only network is 127.0.0.1. In this namespace, names such as cognito-idp.eu-west-1.amazonaws.com belong to the
emulator."""

import contextlib
import datetime
import ipaddress
import json
import os
import pathlib
import secrets
import signal
import subprocess
import sys
import urllib.request

import boto3
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from servers import TARGET, wait_for

REGION = "eu-west-1"
PORT = 4566
ENDPOINT = f"https://127.0.0.1:{PORT}"
# The host of Cognito's issuers, and the host of the other OpenID provider.
ISSUERS = f"cognito-idp.{REGION}.amazonaws.com"
OTHER_PROVIDER = "id.example.com"
NAMES = ["localhost", "*.execute-api.localhost", ISSUERS, OTHER_PROVIDER]


class Emulator:
    """The running emulator. `folder` contains all files of the rehearsal. `environment` contains the variables with
    which programs call the emulator, as if the emulator were AWS. `log` is the file with the output of the emulator."""

    def __init__(self, folder):
        self.folder = folder
        self.log = folder / "emulator.log"
        self.hosts = pathlib.Path("/etc/hosts")
        self.environment = environment(folder)
        self.session = boto3.Session("operator", self.environment["AWS_SECRET_ACCESS_KEY"], region_name=REGION)

    def client(self, service):
        """A client of boto3 for an AWS service."""
        return self.session.client(service, endpoint_url=ENDPOINT, verify=self.environment["AWS_CA_BUNDLE"])

    def name(self, host):
        """Gives the host name to this machine."""
        with self.hosts.open("a") as hosts:
            hosts.write(f"127.0.0.1 {host}\n")

    def is_up(self):
        with contextlib.suppress(OSError):
            return urllib.request.urlopen(f"{ENDPOINT}/_ministack/health", timeout=5).status == 200

    def mails_to(self, address):
        """The texts of the e-mails that AWS has sent to the address."""
        with urllib.request.urlopen(f"{ENDPOINT}/_ministack/ses/messages", timeout=30) as answer:
            accounts = json.load(answer)["messages"]
        mails = [mail for account in accounts.values() for mail in account]
        return [mail["BodyText"] or mail["BodyHtml"] for mail in mails if address in mail["To"]]


@contextlib.contextmanager
def emulator(folder):
    """Starts the emulator. At the end, stops the emulator together with the functions that the emulator has started."""
    made = Emulator(folder)
    os.environ.update(made.environment)
    for host in (ISSUERS, OTHER_PROVIDER):
        made.name(host)
    # After SIGTERM, the rehearsal also stops the emulator.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    process = start(made)
    try:
        wait_for(made.is_up, process)
        yield made
    finally:
        stop(process)


def start(made):
    """Starts the emulator in a process group of its own. The functions will belong to the same group."""
    command = [TARGET / "tools/ministack/bin/python", "-m", "ministack"]
    with made.log.open("w") as log:
        settings = {"env": server_environment(made.folder), "stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
        return subprocess.Popen(command, **settings, start_new_session=True)


def stop(process):
    """Ends the process group. The emulator has some seconds for its own end."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)


def environment(folder):
    """Variables for all programs that call the emulator: cargo, SAM, boto3, the function and Node.js."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    # In the cache folder, cargo-lambda makes the linker that Cargo uses. If the path of the linker changes, Cargo
    # compiles everything again.
    cache = os.environ.get("XDG_CACHE_HOME", "~/.cache")
    cargo = {"CARGO_HOME": "~/.cargo", "RUSTUP_HOME": "~/.rustup", "CARGO_ZIGBUILD_CACHE_DIR": cache}
    bundle = certificate(folder)
    trusted = ("AWS_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
    return {
        **{name: os.environ.get(name) or str(pathlib.Path(where).expanduser()) for name, where in cargo.items()},
        "CARGO_NET_OFFLINE": "true",
        "HOME": str(home),
        "TMPDIR": str(folder),
        "AWS_ENDPOINT_URL": ENDPOINT,
        "AWS_ACCESS_KEY_ID": "operator",
        "AWS_SECRET_ACCESS_KEY": secrets.token_hex(16),
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "SAM_CLI_TELEMETRY": "0",
        "SAM_CLI_POLL_DELAY": "0.5",
        **{name: str(bundle) for name in trusted},
    }


def server_environment(folder):
    """The settings of the emulator. With AUTH, the emulator evaluates the policies of the function's role."""
    outside = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return {
        **outside,
        "AUTH": "true",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(PORT),
        "MINISTACK_REGION": REGION,
        "USE_SSL": "1",
        "MINISTACK_SSL_CERT": str(folder / "certificate.pem"),
        "MINISTACK_SSL_KEY": str(folder / "key.pem"),
        "STATE_DIR": str(folder / "state"),
        "S3_DATA_DIR": str(folder / "s3"),
        "LAMBDA_EXECUTOR": "local",
        "IOT_MTLS_ENABLED": "false",
        "SFTP_ENABLED": "false",
    }


def certificate(folder):
    """Makes a certificate for all names of the rehearsal, and returns its file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "The rehearsal")])
    begin = datetime.datetime.now(datetime.UTC)
    end = begin + datetime.timedelta(days=1)
    names = [x509.DNSName(host) for host in NAMES] + [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), begin, end)
    made = made.add_extension(x509.SubjectAlternativeName(names), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True).sign(key, hashes.SHA256())
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(private)
    file = folder / "certificate.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return file
