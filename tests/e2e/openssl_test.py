#!/usr/bin/env python3
"""Checkpoints and receipts are checked with `openssl` and Python alone, from schema/FORMAT.md."""

import base64
import subprocess

import published
import support

# What stands before the public key in a SubjectPublicKeyInfo (RFC 8410; RFC 5480 with SM2's curve).
ED25519_INFO = bytes.fromhex("302a300506032b6570032100")
SM2_INFO = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")
# What stands before it in a verifier key.
ED25519_TYPE = b"\x01"
SM2_TYPE = b"\xffcounterfoil/sm2-sm3/v1"
STANDARD_ID = "1234567812345678"  # GM/T 0009-2012


class OpenSslHasher(published.Hasher):
    """Hashes by `openssl dgst`."""

    def digest(self, data):
        return support.openssl("dgst", f"-{self.algorithm}", "-binary", stdin=data)

    def leaf(self, record):
        return self.digest(b"\0" + record)

    def node(self, left, right):
        return self.digest(b"\1" + left + right)


class Receipt:
    """A C2SP tlog-proof with the record in its extra line."""

    def __init__(self, receipt):
        head, self.checkpoint = receipt.split(b"\n\n", 1)
        version, extra, index, *path = head.decode().splitlines()
        assert version == "c2sp.org/tlog-proof@v1", version
        assert extra.startswith("extra ") and index.startswith("index "), (extra, index)
        self.record = base64.b64decode(extra.removeprefix("extra "), validate=True)
        self.index = int(index.removeprefix("index "))
        self.path = [base64.b64decode(line, validate=True) for line in path]

    def root(self, hasher):
        """RFC 9162, section 2.1.3.2."""
        place, last = self.index, published.Note(self.checkpoint).size - 1
        root = hasher.leaf(self.record)
        for sibling in self.path:
            assert last, "the path is too long"
            if place % 2 or place == last:
                root = hasher.node(sibling, root)
                while place % 2 == 0 and place:
                    place, last = place // 2, last // 2
            else:
                root = hasher.node(root, sibling)
            place, last = place // 2, last // 2
        assert last == 0, "the path is too short"
        return root


class OpenSsl(support.Case):
    def log(self, *options):
        """A ledger with a few records."""
        ledger = self.ledger(*options).start()
        ledger.cli("submit", "-", stdin=support.units(0, 5))
        self.assertEqual(ledger.size(), 7)
        return ledger

    def public_key(self, verifier_key, kind, info):
        """Writes the key as openssl reads it."""
        key = base64.b64decode(verifier_key.split("+", 2)[2], validate=True)
        self.assertTrue(key.startswith(kind))
        body = base64.encodebytes(info + key.removeprefix(kind)).decode()
        pem = self.folder / "pub.pem"
        pem.write_text(f"-----BEGIN PUBLIC KEY-----\n{body}-----END PUBLIC KEY-----\n")
        return pem

    def verifies(self, pem, text, signature, *options):
        message, file = self.folder / "text", self.folder / "signature"
        message.write_bytes(text)
        file.write_bytes(signature)
        done = subprocess.run(
            ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", pem, "-rawin", "-in", message,
             "-sigfile", file, *options], capture_output=True, check=False)
        good = done.stdout == b"Signature Verified Successfully\n"
        if not good and not done.stdout.startswith(b"Signature Verification Failure"):
            raise AssertionError(done)  # it could not even look
        self.assertEqual(done.returncode == 0, good)
        return good

    def check_signature(self, ledger, kind, info, *options):
        name, key_id, _ = ledger.verifier_key.split("+", 2)
        pem = self.public_key(ledger.verifier_key, kind, info)
        note = published.Note(ledger.checkpoint(self.folder / "checkpoint").read_bytes())
        signature = note.signatures[name, key_id]
        self.assertTrue(self.verifies(pem, note.text, signature, *options))
        for place in range(len(note.text)):
            changed = bytearray(note.text)
            changed[place] ^= 1
            self.assertFalse(self.verifies(pem, bytes(changed), signature, *options))
        changed = signature[:-1] + bytes([signature[-1] ^ 1])
        self.assertFalse(self.verifies(pem, note.text, changed, *options))
        return pem, note.text, signature

    def check_receipts(self, ledger, algorithm):
        for index in range(7):
            file = self.folder / "receipt"
            ledger.cli("prove", index, "--out", file)
            receipt = Receipt(file.read_bytes())
            self.assertEqual(receipt.index, index)
            hasher = OpenSslHasher(algorithm)
            root = published.Note(receipt.checkpoint).root
            self.assertEqual(receipt.root(hasher), root)
            receipt.record = receipt.record[:-1] + bytes([receipt.record[-1] ^ 1])
            self.assertNotEqual(receipt.root(hasher), root)

    def test_an_ed25519_checkpoint_and_receipts_under_sha256(self):
        ledger = self.log()
        self.check_signature(ledger, ED25519_TYPE, ED25519_INFO)
        self.check_receipts(ledger, "sha256")

    def test_an_sm2_checkpoint_and_receipts_under_sm3(self):
        ledger = self.log("--suite", "sm3-sm2")
        digest = ("-digest", "sm3")
        standard = (*digest, "-pkeyopt", f"distid:{STANDARD_ID}")
        signed = self.check_signature(ledger, SM2_TYPE, SM2_INFO, *standard)
        # Without an id openssl takes another one than the standard's.
        self.assertFalse(self.verifies(*signed, *digest))
        self.assertFalse(self.verifies(*signed, *digest, "-pkeyopt", "distid:1234567812345679"))
        self.check_receipts(ledger, "sm3")


if __name__ == "__main__":
    support.main()
