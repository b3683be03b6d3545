"""Serving phones on the same network: this machine's addresses, and a certificate made here for just those."""

import datetime
import fcntl
import ipaddress
import os
import socket
import struct
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

VALID_DAYS = 365
RENEW_DAYS = 14
SIOCGIFADDR = 0x8915  # Linux: the address of a network interface
UNROUTED = ("192.0.2.1", 9)  # reserved for documentation: choosing the way there sends nothing


def addresses() -> list[str]:
    """This machine's own addresses on local networks, the most likely one first."""
    found = [_way_out(), *(_address(name) for _, name in socket.if_nameindex())]
    return list(dict.fromkeys(a for a in found if a and not ipaddress.ip_address(a).is_loopback))


def _way_out() -> str | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(UNROUTED)
        except OSError:
            return None
        return str(probe.getsockname()[0])


def _address(interface: str) -> str | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            reply = fcntl.ioctl(probe.fileno(), SIOCGIFADDR, struct.pack("256s", interface.encode()[:15]))
        except OSError:
            return None
        return socket.inet_ntoa(reply[20:24])


def names() -> list[str]:
    """The host names under which the site may be asked for on the local network."""
    return [*addresses(), socket.gethostname(), f"{socket.gethostname()}.local", "localhost", "127.0.0.1"]


def certificate(data: Path) -> tuple[Path, Path]:
    """The certificate and its key in this data folder; made anew when it ends soon or the addresses changed."""
    file, key = data / "lan.crt", data / "lan.key"
    if not (file.exists() and key.exists() and _still_good(x509.load_pem_x509_certificate(file.read_bytes()))):
        _make(file, key)
    return file, key


def fingerprint(file: Path) -> str:
    """How a browser names this certificate: SHA-256 in pairs of hex digits."""
    return x509.load_pem_x509_certificate(file.read_bytes()).fingerprint(hashes.SHA256()).hex(":").upper()


def _still_good(made: x509.Certificate) -> bool:
    known = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    left = made.not_valid_after_utc - datetime.datetime.now(datetime.UTC)
    return left.days > RENEW_DAYS and list(known) == _subjects()


def _subjects() -> list[x509.GeneralName]:
    def subject(name: str) -> x509.GeneralName:
        try:
            return x509.IPAddress(ipaddress.ip_address(name))
        except ValueError:
            return x509.DNSName(name)

    return [subject(name) for name in names()]


def _make(file: Path, key_file: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Mandorla on this network")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=VALID_DAYS))
        .add_extension(x509.SubjectAlternativeName(_subjects()), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with os.fdopen(os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(secret)
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
