"""One shop's HTTP, over real sockets."""
