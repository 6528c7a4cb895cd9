"""A stand-in for Keystone and its middleware, in front of examples/axum.

It hands out a token to whoever knows the password, lists the services, and forwards every other request to the example
with the headers that Keystone's middleware derives from the token.
"""

import http.client
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

PASSWORD = "secret"
PROJECT = {"id": "9f0f3fa2c1f14bd0a3b9b6d2f21a6f6c", "name": "project", "domain": {"id": "default", "name": "Default"}}
# The ID of each user, and the roles.
USERS = {"me": ("u-me", ["member"]), "other": ("u-other", ["member"]), "root": ("u-root", ["admin", "member"])}
# Users whose tokens the middleware does not accept.
USERS["stranger"] = ("u-stranger", [])
REVOKED = {"token-of-stranger"}
# Headers that a client must not set itself.
DERIVED = {"x-user-id", "x-project-id", "x-roles", "x-identity-status"}
# Headers between two hosts of a connection.
PER_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # One packet for head and body: the client would acknowledge the first one only after 40 ms.
    wbufsize = -1

    def log_message(self, *_):
        pass

    def handle_any(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        url = urlsplit(self.path)
        if url.path == "/identity" or url.path.startswith("/identity/"):
            self.identity(url.path.removeprefix("/identity").strip("/"), parse_qs(url.query), body)
        else:
            self.forward(body)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = handle_any

    def reply(self, status, body, headers=()):
        data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in [("Content-Type", "application/json"), ("Content-Length", str(len(data))), *headers]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def origin(self):
        return "http://" + self.headers["Host"]

    def identity(self, path, query, body):
        version = {
            "id": "v3.14",
            "status": "stable",
            "updated": "2020-04-07T00:00:00Z",
            "links": [{"rel": "self", "href": self.origin() + "/identity/v3/"}],
            "media-types": [{"base": "application/json", "type": "application/vnd.openstack.identity-v3+json"}],
        }
        match (self.command, path.split("/")):
            case ("GET", [""]):
                self.reply(300, {"versions": {"values": [version]}})
            case ("GET", ["v3"]):
                self.reply(200, {"version": version})
            case ("POST", ["v3", "auth", "tokens"]):
                self.token(json.loads(body)["auth"])
            case ("GET", ["v3", "auth", "tokens"]):
                name = self.headers.get("X-Subject-Token", "").removeprefix("token-of-")
                self.send_token(200, name)
            case ("GET", ["v3", "users", user]):
                found = [self.user(name) for name in USERS if USERS[name][0] == user]
                self.reply(200, {"user": found[0]}) if found else self.not_found(user)
            case ("GET", ["v3", "users"]):
                names = query.get("name", list(USERS))
                self.reply(200, {"users": [self.user(name) for name in names if name in USERS], "links": {}})
            case _:
                self.not_found(path)

    def not_found(self, what):
        self.reply(404, {"error": {"code": 404, "title": "Not Found", "message": f"Could not find {what}."}})

    def user(self, name):
        return {"id": USERS[name][0], "name": name, "domain_id": "default", "enabled": True}

    def token(self, auth):
        identity = auth["identity"]
        user = identity.get("password", {}).get("user", {})
        if user.get("name") not in USERS or user.get("password") != PASSWORD:
            message = "The request you have made requires authentication."
            self.reply(401, {"error": {"code": 401, "title": "Unauthorized", "message": message}})
        else:
            self.send_token(201, user["name"])

    def send_token(self, status, name):
        user_id, roles = USERS[name]
        services = [("identity", "keystone", "/identity"), ("compute", "nova", "/v2.1")]
        catalog = [
            {
                "id": kind,
                "type": kind,
                "name": service,
                "endpoints": [
                    {
                        "id": kind + "-public",
                        "interface": "public",
                        "region": "region",
                        "region_id": "region",
                        "url": self.origin() + path,
                    }
                ],
            }
            for kind, service, path in services
        ]
        token = {
            "methods": ["password"],
            "user": {"id": user_id, "name": name, "domain": PROJECT["domain"], "password_expires_at": None},
            "project": PROJECT,
            "is_domain": False,
            "roles": [{"id": role, "name": role} for role in roles],
            "catalog": catalog,
            "audit_ids": ["audit"],
            "issued_at": "2026-01-01T00:00:00.000000Z",
            "expires_at": "2096-01-01T00:00:00.000000Z",
        }
        self.reply(status, {"token": token}, [("X-Subject-Token", "token-of-" + name)])

    def forward(self, body):
        headers = {k: v for k, v in self.headers.items() if k.lower() not in DERIVED | PER_HOP}
        token = self.headers.get("X-Auth-Token", "")
        user = USERS.get(token.removeprefix("token-of-"))
        if user and token not in REVOKED:
            headers |= {"X-User-Id": user[0], "X-Project-Id": PROJECT["id"], "X-Roles": ",".join(user[1])}
        backend = http.client.HTTPConnection(*self.server.backend, timeout=60)
        backend.request(self.command, self.path, body, headers)
        response = backend.getresponse()
        data = response.read()
        self.send_response(response.status)
        for name, value in response.getheaders():
            if name.lower() not in PER_HOP:
                self.send_header(name, value)
        if response.status != 204:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
        backend.close()


def serve(backend):
    """Returns a server on a free port of the local host; the caller runs it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.backend = backend
    return server
