"""`python -m services.standalone [--infrastructure]`: the supervisor that `newsloom up` starts in the background."""

import sys

from services.runtime.errors import NewsloomError
from services.runtime.settings import load_settings
from services.standalone.main import run_stack


def main() -> None:
    """Run the stack; an error of ours is one line, its exit code the one of the command line."""
    try:
        run_stack(load_settings(), infrastructure_only="--infrastructure" in sys.argv[1:])
    except NewsloomError as error:
        print(f"newsloom: {error}", file=sys.stderr)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
