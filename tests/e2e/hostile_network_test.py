#!/usr/bin/env python3
"""Whatever arrives on the RPC port, the daemon serves on: same ledger, little memory."""

import random
import resource
import socket
import struct
import time
import unittest

import support

SEED = 7400


def framed(*segments, count=None, sizes=None):
    """A Cap'n Proto message as it stands on the wire, or one that lies about its segments."""
    sizes = [len(segment) // 8 for segment in segments] if sizes is None else sizes
    count = len(sizes) if count is None else count
    table = struct.pack(f"<{1 + len(sizes)}I", (count - 1) & 0xffffffff, *sizes)
    return table + b"\0" * (-len(table) % 8) + b"".join(segments)


def struct_pointer(offset, data, pointers):
    return struct.pack("<iHH", offset << 2, data, pointers)


def far_pointer(segment, place):
    return struct.pack("<II", place << 3 | 2, segment)


def rpc_message(kind, pointer=b"\0" * 8, after=b""):
    """rpc.capnp's Message: a word of data that begins with the union's tag, and one pointer."""
    return struct_pointer(0, 1, 1) + struct.pack("<Q", kind) + pointer + after


UNIMPLEMENTED, ABORT, CALL, RETURN = range(4)
BOOTSTRAP = 8
UNKNOWN = 99  # a message of a kind that is not known is sent back, so all of it is copied


def nested(kind, depth):
    """A Message of that kind that holds a Message, and so on."""
    level = struct_pointer(0, 1, 1) + struct.pack("<Q", UNIMPLEMENTED)
    return struct_pointer(0, 1, 1) + struct.pack("<Q", kind) + level * depth + b"\0" * 8


def bootstrap(question):
    """A well-formed request for the first capability."""
    return framed(rpc_message(BOOTSTRAP, struct_pointer(0, 1, 1),
                              struct.pack("<Q", question) + b"\0" * 8))


class HostileNetwork(support.Case):
    def setUp(self):
        super().setUp()
        self.city = self.ledger("--rule-set", "open").start()
        self.size = self.city.size()
        self.daemon = self.city.process.pid
        self.usual = self.memory()

    def memory(self):
        """Largest resident size of the daemon so far, in MiB."""
        status = (support.pathlib.Path("/proc") / str(self.city.process.pid) / "status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024

    def check_alive(self):
        self.assertIsNone(self.city.process.poll(), self.city.log.read_text())
        self.assertEqual(self.city.process.pid, self.daemon)
        self.assertEqual(self.city.size(), self.size)

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.city.port), 30 * support.SLOWNESS)

    def send(self, contents, reset=False):
        """Sends the bytes and goes, in good order or not; gives what the daemon answered."""
        answer = b""
        with self.connect() as peer:
            if reset:
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            try:
                peer.sendall(contents)
                if reset:
                    return answer
                peer.shutdown(socket.SHUT_WR)
                while part := peer.recv(65536):
                    answer += part
            except OSError:
                pass  # the daemon may close before it has read all
        return answer

    def test_a_real_handshake_is_answered(self):
        self.assertGreater(len(self.send(bootstrap(0))), 16)  # so the other tests do reach the RPC
        self.check_alive()

    def test_bytes_that_are_no_message_end_their_connection_alone(self):
        chance = random.Random(SEED)
        self.send(b"")
        self.send(b"\0")
        self.send(b"\xff" * 4096)
        self.send(b"GET / HTTP/1.1\r\nHost: ledger\r\n\r\n")
        self.send(b"POST /rpc HTTP/1.1\r\nContent-Length: 9999999\r\n\r\n" + b"x" * 10_000)
        self.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + chance.randbytes(500))
        for size in (1, 7, 8, 9, 64, 1000, 65536, 1 << 20):
            for _ in range(4):
                self.send(chance.randbytes(size), reset=chance.random() < 0.3)
        self.check_alive()
        self.assertLess(self.memory(), self.usual + 64 * support.SLOWNESS)

    def test_messages_that_lie_about_their_size_are_not_believed(self):
        self.send(framed(sizes=[0xffffffff]))
        self.send(framed(sizes=[1 << 28]) + b"\0" * 4096)
        self.send(framed(sizes=[1 << 21]) + b"\0" * 4096)
        self.send(framed(sizes=[1], count=0))  # 2^32 segments
        self.send(framed(sizes=[1], count=513) + b"\0" * 4096)
        self.send(framed(sizes=[0xffffffff] * 512))
        self.send(framed(sizes=[0] * 512))
        self.send(framed(sizes=[0]))
        self.send(framed(rpc_message(BOOTSTRAP), sizes=[100]), reset=True)
        for cut in range(1, len(bootstrap(0))):
            self.send(bootstrap(0)[:cut], reset=cut % 2 == 0)
        self.check_alive()
        self.assertLess(self.memory(), self.usual + 64 * support.SLOWNESS)

    def test_pointers_out_of_bounds_and_in_circles_are_refused(self):
        body = struct.pack("<Q", BOOTSTRAP)
        for root in (struct_pointer(1 << 20, 1, 1), struct_pointer(-5, 1, 1),
                     struct_pointer(0, 0xffff, 0xffff), far_pointer(7, 0),
                     far_pointer(0, 1 << 20), far_pointer(0, 0), b"\xff" * 8,
                     struct.pack("<II", 1, 0xffffffff)):
            self.send(framed(root + body + b"\0" * 8))
            self.send(framed(rpc_message(BOOTSTRAP, root)))
            self.send(framed(rpc_message(CALL, root)))
        # A struct that is its own child.
        self.send(framed(struct_pointer(0, 1, 1) + struct.pack("<Q", UNIMPLEMENTED)
                         + struct_pointer(-2, 1, 1)))
        self.check_alive()

    def test_messages_nested_too_deep_are_refused(self):
        for depth in (10, 31, 33, 64, 1000, 100_000, 1_000_000):
            self.send(framed(nested(UNIMPLEMENTED, depth)))
            self.send(framed(nested(UNKNOWN, depth)))
        self.check_alive()
        self.assertLess(self.memory(), self.usual + 64 * support.SLOWNESS)

    def test_messages_in_no_order_are_refused(self):
        chance = random.Random(SEED)
        for kind in range(20):
            self.send(framed(rpc_message(kind)))
            self.send(framed(rpc_message(kind, struct_pointer(0, 3, 3), chance.randbytes(48))))
            self.send(bootstrap(0) + framed(rpc_message(kind)))
        self.send(bootstrap(0) * 1000)
        self.send(b"".join(bootstrap(number) for number in range(1000)))
        self.check_alive()

    def test_idle_connections_do_not_keep_others_out(self):
        count = 500
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, count + 100), hard), hard))
        idle = []
        try:
            for number in range(count):
                idle.append(self.connect())
                if number % 2:
                    idle[-1].sendall(bootstrap(0)[:number % 30])
            before = time.monotonic()
            self.check_alive()
            print(f"{count} idle connections: {self.memory() - self.usual:.0f} MiB more, a read of "
                  f"the size in {time.monotonic() - before:.2f} s", flush=True)
        finally:
            for peer in idle:
                peer.close()
        self.check_alive()

    def test_a_wrong_token_opens_nothing(self):
        token = self.city.token_file.read_text().strip()
        for wrong in ("wrong", token[:-1], token + "0", token.upper(), "x" * 100_000, "名"):
            outcome = support.cli("--connect", self.city.address, "projections",
                                  env={"COUNTERFOIL_TOKEN": wrong}, expect=support.COULD_NOT)
            self.assert_says(outcome, "the token is none of this ledger")
        support.cli("--connect", self.city.address, "projections",
                    env={"COUNTERFOIL_TOKEN": token})
        self.assertNotIn(token, self.city.log.read_text())
        self.check_alive()


if __name__ == "__main__":
    unittest.main(verbosity=2)
