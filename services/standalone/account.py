"""As whom Java runs, and in which folders.

Elasticsearch refuses to run as root, and Kafka has no need to. Started as root, both run as the owner of
NEWSLOOM_HOME if that is another user, else as `nobody`. That user may be barred from NEWSLOOM_HOME (under
/root, mode 0700, say). Nobody's permissions are changed then: what Java needs goes to /var/lib/newsloom instead.
"""

import os
import secrets
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from services.runtime.errors import UsageError

NOBODY = 65534
PUBLIC = Path("/var/lib/newsloom")


@dataclass(frozen=True)
class Account:
    """A user and group to run as; `switch` is false when that is who we are anyway."""

    uid: int
    gid: int
    switch: bool

    def may_enter(self, folder: Path) -> bool:
        """Whether every folder on the way, symbolic links resolved, lets this account through."""
        real = folder.resolve()
        return all(self._allows(step, stat.S_IXUSR) for step in (real, *real.parents) if step.exists())

    def may_read(self, folder: Path) -> bool:
        """Whether this account may enter and list `folder`."""
        return self.may_enter(folder) and (not folder.exists() or self._allows(folder, stat.S_IRUSR))

    def own(self, *paths: Path) -> None:
        """Make this account the owner of files and folders that we made for it."""
        if self.switch:
            for path in paths:
                os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def _allows(self, path: Path, owner_bit: int) -> bool:
        status = path.stat()
        shift = 0 if status.st_uid == self.uid else 3 if status.st_gid == self.gid else 6
        return bool(status.st_mode & (owner_bit >> shift))


def java_account(home: Path) -> Account:
    """Who runs Java for the stack in `home`."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switch=False)
    owner = home.stat()
    if owner.st_uid != 0:
        return Account(owner.st_uid, owner.st_gid, switch=True)
    return Account(NOBODY, NOBODY, switch=True)


def data_folder(home: Path, name: str, account: Account) -> Path:
    """A folder that `account` owns, private to it: `home/name`, or below /var/lib/newsloom if it can not get there.

    Once chosen it stays: data never seems lost because someone changed a permission. Raises UsageError then.
    """
    folder = _place(home, name, account)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    if account.switch and folder.stat().st_uid != account.uid:
        account.own(folder, *folder.rglob("*"))
    return folder


def _place(home: Path, name: str, account: Account) -> Path:
    folder, mark = home / name, home / "identity"
    if not account.switch:
        return folder
    if mark.exists() and (moved := PUBLIC / mark.read_text() / name).exists():
        return moved
    if account.may_enter(home):
        return folder
    if folder.exists():
        raise UsageError(
            f"{folder} holds data, but user id {account.uid}, as whom Java runs, may no longer enter {home}; "
            "give others the right to pass (chmod o+x) on that folder and those above it, or remove the data"
        )
    if not mark.exists():  # differs from home to home, also when one is deleted and made anew
        mark.write_text(secrets.token_hex(8))
    moved = PUBLIC / mark.read_text() / name
    for parent in (PUBLIC, moved.parent):
        parent.mkdir(parents=True, exist_ok=True)
        parent.chmod(0o755)
    return moved


def shared_folder(source: Path, name: str, account: Account) -> Path:
    """`source` if `account` can read it, else a readable copy of it, made once, below /var/lib/newsloom."""
    if not account.switch or account.may_read(source):
        return source
    copy = PUBLIC / "software" / name
    if not copy.exists():
        copy.parent.mkdir(parents=True, exist_ok=True)
        for parent in (PUBLIC, copy.parent):
            parent.chmod(0o755)
        draft = Path(tempfile.mkdtemp(prefix=name, dir=copy.parent))
        shutil.copytree(source, draft, dirs_exist_ok=True)
        for path in (draft, *draft.rglob("*")):
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        draft.replace(copy)
    return copy
