"""`python -m services …` is `newsloom …`; child processes are started so, whatever is on the PATH."""

from services.cli import main

if __name__ == "__main__":
    main()
