"""Speaks HTTP to a daemon that support.Ledger started, and keeps what it answered."""

import http.client
import json
import socket
import subprocess
import zlib

import support

HERE = support.ROOT / "tests" / "http"
TOOLS = support.PROGRAMS / "http-tools"  # what npm installs
JSON = "application/json"
NDJSON = "application/x-ndjson"
PROBLEM = "application/problem+json"


class Answer:
    def __init__(self, method, path, response, body):
        self.method, self.path, self.status = method, path, response.status
        self.headers = response.headers
        compressed = self.headers.get("Content-Encoding") and method != "HEAD"
        self.body = zlib.decompress(body, 31) if compressed else body

    @property
    def type(self):
        return (self.headers.get("Content-Type") or "").split(";")[0]

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def lines(self):
        return [json.loads(line) for line in self.body.decode().splitlines()]

    def __str__(self):
        return f"{self.method} {self.path}: {self.status} {self.type}\n{self.body[:2000]!r}"


class Client:
    """One connection that is kept; what it was answered is in `answers`."""

    def __init__(self, ledger, token=None, seconds=60):
        self.host, port = ledger.http_address.rsplit(":", 1)
        self.port = int(port)
        self.token = ledger.token_file.read_text().strip() if token is None else token
        self.seconds = seconds * support.SLOWNESS
        self.connection = None
        self.answers = []

    def connect(self):
        return socket.create_connection((self.host, self.port), timeout=self.seconds)

    def ask(self, method, path, body=None, expect=None, **headers):
        """Header names are given with underscores; None leaves one of the usual out."""
        named = {"Authorization": f"Bearer {self.token}" if self.token else None,
                 "Content-Type": JSON if body is not None else None}
        named.update({name.replace("_", "-"): value for name, value in headers.items()})
        if self.connection is None:
            self.connection = http.client.HTTPConnection(self.host, self.port,
                                                         timeout=self.seconds)
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        self.connection.request(method, path, body.encode() if isinstance(body, str) else body,
                                {name: value for name, value in named.items() if value})
        response = self.connection.getresponse()
        answer = Answer(method, path, response, response.read())
        self.answers.append(answer)
        if response.will_close:
            self.close()
        if expect is not None and answer.status != expect:
            raise AssertionError(f"{expect} was expected\n{answer}")
        return answer

    def get(self, path, expect=200, **headers):
        return self.ask("GET", path, expect=expect, **headers)

    def post(self, path, body, expect=None, **headers):
        return self.ask("POST", path, body, expect=expect, **headers)

    def record(self, *facts, prefix="http"):
        """Records one command a fact; all must be new."""
        answer = self.post("/v1/commands", support.commands(*facts, prefix=prefix), 200,
                           Content_Type=NDJSON)
        for line in answer.lines:
            if line["status"] != 201:
                raise AssertionError(line)
        return answer.lines

    def raw(self, request, half_close=False):
        """What the daemon sends to these bytes until it ends the connection."""
        with self.connect() as peer:
            peer.sendall(request if isinstance(request, bytes) else request.encode())
            if half_close:
                peer.shutdown(socket.SHUT_WR)
            received = b""
            while part := peer.recv(65536):
                received += part
        return received

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None


def checked_by_others(case, client, openapi):
    """Has npm's packages look at the API's description and at everything that was answered."""
    install_tools()
    folder = case.folder / "answers"
    folder.mkdir(exist_ok=True)
    (folder / "openapi.json").write_bytes(openapi)
    with open(folder / "answers.ndjson", "w", encoding="utf-8") as out:
        for answer in client.answers:
            if answer.method != "HEAD" and answer.body:
                out.write(json.dumps({
                    "method": answer.method, "path": answer.path, "status": answer.status,
                    "type": answer.type,
                    "body": answer.body.decode("utf-8", "replace")}) + "\n")
    support.run("node", TOOLS / "check_answers.mjs", folder, seconds=300, expect=support.DONE)


def install_tools():
    """Installs what package-lock.json pins, once for a build folder. Without the registry the test
    is skipped."""
    wanted = (HERE / "package-lock.json").read_bytes()
    stamp = TOOLS / "installed"
    TOOLS.mkdir(exist_ok=True)
    script = TOOLS / "check_answers.mjs"
    script.write_bytes((HERE / "check_answers.mjs").read_bytes())
    if stamp.exists() and stamp.read_bytes() == wanted:
        return
    for name in ("package.json", "package-lock.json"):
        (TOOLS / name).write_bytes((HERE / name).read_bytes())
    done = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=TOOLS,
                          capture_output=True, text=True, check=False, timeout=600)
    if done.returncode != 0:
        raise support.unittest.SkipTest(f"npm cannot install: {done.stderr[-500:]}")
    stamp.write_bytes(wanted)
