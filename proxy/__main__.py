"""`python -m proxy` is `portside`."""

from proxy.cli.main import main

if __name__ == "__main__":
    main()
