"""Lets `python -m divide.cli` stand for the command `divide`."""

from divide.cli import main

main()
