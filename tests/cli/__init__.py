"""The command line: what each command says and how it ends."""
