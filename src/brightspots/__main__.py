"""``python -m brightspots``: the command line where policy blocks unknown programs."""

from brightspots.cli import main

main()
