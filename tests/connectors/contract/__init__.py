"""The contract suite itself: a plain connector passes it, and each broken one fails."""
