"""A hall whose clerks the centre has told: the list signed as the centre signs it, the verifiers as the device makes
them."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_tui.services.workspace import Workspace
from clerk_tui.store import clerks as store
from clerk_tui.store.exchange import pin_centre
from hall.pins import make_verifier
from hall.roles import Role
from hall.wire_clerks import ClerkEntry, ClerksReply, sign_clerks

ZHOU, WU, ZHENG = "0001", "0002", "0003"
PIN = "204817"
DAYS_MS = 7 * 24 * 3600 * 1000
ROLES = {ZHOU: [Role.CLERK], WU: [Role.CLERK, Role.SUPERVISOR], ZHENG: [Role.REVIEWER]}
NAMES = {ZHOU: "周敏", WU: "吴静", ZHENG: "郑好"}


class Staff:
    """The clerks of the hall as the centre knows them; ``tell`` has the counter learn them."""

    def __init__(self, ws: Workspace) -> None:
        self.ws = ws
        self.entries = {
            clerk: ClerkEntry(id=clerk, name=NAMES[clerk], roles=[*map(str, ROLES[clerk])], pin_version=1)
            for clerk in ROLES
        }
        self.move()
        self.tell()

    def move(self) -> None:
        """The counter is enrolled at another centre from now on."""
        self.key = Ed25519PrivateKey.generate()
        pin_centre(self.ws.journal.database, self.key.public_key().public_bytes_raw(), "epoch")

    def tell(self) -> None:
        """The counter learns the list as it stands now."""
        now = self.ws.clock.now_ms()
        told = ClerksReply(
            device=self.ws.journal.device().device_id,
            office=self.ws.config.hall.office,
            epoch="epoch",
            server_time_ms=now,
            valid_until_ms=now + DAYS_MS,
            clerks=list(self.entries.values()),
        )
        store.keep_list(self.ws.journal.database, sign_clerks(self.key, told), now)

    def has_been_here(self, clerk: str, pin: str = PIN) -> None:
        """This clerk has signed in here before, with the centre's word."""
        verifier = make_verifier(store.pin_secret(self.ws.journal.path), clerk, pin)
        store.succeeded(self.ws.journal.database, clerk, verifier, self.entries[clerk].pin_version)
