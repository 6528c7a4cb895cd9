"""The service: examples/axum, with the identity service in front, and the users that the clients know."""

import http.client
import json
import os
import subprocess
import threading

import identity


class Cloud:
    """A running service. `versions` are the microversions for which every user has a profile, `NAME@VERSION`, since
    some clients read the microversion from there.
    """

    def __init__(self, example, folder, quota=None, versions=()):
        self.example, self.database, self.quota = example, folder / "keypairs.redb", quota
        self.server = identity.serve(None)
        self.url = "http://%s:%d" % self.server.server_address
        self.start()
        profiles = {}
        for user in identity.USERS:
            profiles[user] = self.profile(user)
            for version in versions:
                profiles[f"{user}@{version}"] = self.profile(user) | {"compute_default_microversion": version}
        # JSON is YAML.
        file = folder / "clouds.yaml"
        file.write_text(json.dumps({"clouds": profiles}))
        os.environ |= {"OS_CLIENT_CONFIG_FILE": str(file), "OS_CLIENT_CONFIG_PATH": str(file), "HOME": str(folder)}

    def profile(self, user):
        return {
            "auth": {
                "auth_url": self.url + "/identity",
                "username": user,
                "password": identity.PASSWORD,
                "project_name": identity.PROJECT["name"],
                "user_domain_name": "Default",
                "project_domain_name": "Default",
            },
            "region_name": "region",
            "identity_api_version": "3",
        }

    def command(self):
        quota = ["--quota", str(self.quota)] if self.quota else []
        return [self.example, *quota, "127.0.0.1:0", self.database]

    def start(self):
        """Starts the example, which a client finds at the same URL as before."""
        self.process = subprocess.Popen(self.command(), stdout=subprocess.PIPE, text=True)
        host, port = self.process.stdout.readline().split("//")[1].strip().split(":")
        self.server.backend = (host, int(port))

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()

    def serve(self):
        """Answers on a thread from now on: processes that are to be forked are forked before."""
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.stop()

    def request(self, method, path, user_id, body=None):
        """Sends a request to the example directly; returns the status and the body."""
        connection = http.client.HTTPConnection(*self.server.backend, timeout=60)
        headers = {"X-User-Id": user_id, "OpenStack-API-Version": "compute 2.92"}
        connection.request(method, f"/v2.1/os-keypairs{path}", body and json.dumps(body), headers)
        response = connection.getresponse()
        text = response.read()
        connection.close()
        return response.status, json.loads(text) if text else None

    def add(self, user_id, name, line):
        status, body = self.request("POST", "", user_id, {"keypair": {"name": name, "public_key": line}})
        assert status == 201, body

    def stored(self, user_id, name):
        """Returns the public key of a key pair, or None."""
        status, body = self.request("GET", f"/{name}", user_id)
        return body["keypair"]["public_key"] if status == 200 else None
