"""`python -m proxy` is `portside`."""

from proxy.cli import main

if __name__ == "__main__":
    main()
