"""`python -m proxy` is `portside`."""

from proxy.cli.start import main

if __name__ == "__main__":
    main()
