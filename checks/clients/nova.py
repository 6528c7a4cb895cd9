"""What Nova answers to a call of `os-keypairs`, by microversion: the rules of its schemas, policies and quota, written
down apart from the library, which has to agree.
"""

import dataclasses

BEFORE_2_92 = r"^[_\- a-zA-Z0-9]+$"
FROM_2_92 = r"^[_\-\@\. a-zA-Z0-9]+$"
INVALID_KEY = "Keypair data is invalid: failed to generate fingerprint: "


@dataclasses.dataclass(frozen=True)
class Operation:
    """A call, with the row of the table that it belongs to. `user` is who sends it, `owner` whose key pairs it names:
    roles, for each of which every client has a user.
    """

    row: str
    call: str
    name: str = ""
    line: str | None = None
    # What is wrong with the line.
    finding: str | None = None
    key_type: str | None = None
    owner: str | None = None
    marker: str | None = None
    user: str = "me"


@dataclasses.dataclass(frozen=True)
class Refusal:
    status: int
    message: str


class Nova:
    """The key pairs of all users, and the answers to calls in one microversion."""

    def __init__(self, minor, quota):
        self.minor, self.quota = minor, quota
        # The names of the key pairs of a user, by user ID.
        self.names = {}

    def owner(self, body, operation, job):
        """Returns the user whose key pairs a call is about. Before 2.10, parameters for that are ignored."""
        owner = body.get("user_id")
        ignored = operation.call in ["list", "show", "delete"] and self.minor < 10
        return job.user_id(operation.user) if ignored or not owner else owner

    def answer(self, body, operation, job):
        """Returns a refusal, or None after the call was performed. `body` has the fields that the client sends."""
        user, owner = job.user_id(operation.user), self.owner(body, operation, job)
        names = self.names.setdefault(owner, set())
        action = {"list": "index", "show": "show", "delete": "delete"}.get(operation.call, "create")
        if action == "create":
            refusal = self.schema(body) or self.type(body) or self.policy(action, user, owner, operation.user)
            return refusal or self.add(names, body["name"], operation.finding)
        refusal = self.policy(action, user, owner, operation.user)
        if refusal:
            return refusal
        if action == "index":
            # Before 2.35, there are no pages.
            if operation.marker and self.minor >= 35 and operation.marker not in names:
                return Refusal(400, f"Marker {operation.marker} could not be found.")
        elif operation.name not in names:
            return Refusal(404, f"Keypair {operation.name} not found for user {owner}")
        elif action == "delete":
            names.remove(operation.name)
        return None

    def schema(self, body):
        """The first rule of the schema that the fields break: those of the name, then required and unknown ones."""
        name = body["name"]
        field = f"Invalid input for field/attribute name. Value: {name}. "
        pattern = BEFORE_2_92 if self.minor < 92 else FROM_2_92
        allowed = set(" -_@." if self.minor >= 92 else " -_")
        if not name:
            return Refusal(400, field + "'' should be non-empty")
        if len(name) > 255:
            return Refusal(400, field + f"{name!r} is too long")
        if name != name.strip():
            rule = "The name must be: printable characters. Can not start or end with whitespace."
            return Refusal(400, "An invalid 'name' value was provided. " + rule)
        if not all(letter in allowed or letter.isascii() and letter.isalnum() for letter in name):
            return Refusal(400, field + f"{name!r} does not match {pattern!r}")
        if body.get("public_key", "") is None:
            field = "Invalid input for field/attribute public_key. Value: None. "
            return Refusal(400, field + "None is not of type 'string'")
        object_ = f"Invalid input for field/attribute keypair. Value: {body}. "
        if self.minor >= 92 and "public_key" not in body:
            return Refusal(400, object_ + "'public_key' is a required property")
        since = {"type": 2, "user_id": 10}
        unknown = sorted(field for field in body if self.minor < since.get(field, 1))
        if unknown:
            verb = "was" if len(unknown) == 1 else "were"
            listed = ", ".join(map(repr, unknown))
            return Refusal(400, object_ + f"Additional properties are not allowed ({listed} {verb} unexpected)")
        return None

    def policy(self, action, user, owner, role):
        if owner == user or role == "root":
            return None
        return Refusal(403, f"Policy doesn't allow os_compute_api:os-keypairs:{action} to be performed.")

    def type(self, body):
        """The one difference: the library does not support certificates, and says so."""
        if body.get("type") != "x509":
            return None
        return Refusal(400, "key pairs of type x509 are not supported: omit the field 'type', or set it to ssh")

    def add(self, names, name, finding):
        if len(names) >= self.quota:
            return Refusal(403, "Quota exceeded, too many key pairs.")
        if finding:
            return Refusal(400, INVALID_KEY + finding)
        if name in names:
            return Refusal(409, f"Key pair '{name}' already exists.")
        names.add(name)
        return None
