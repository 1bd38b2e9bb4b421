"""Interruption: to import this lets Ctrl-C end a process at once and without a word, as the driver answers for all.

A worker imports it before all else, as an import that is interrupted would tell of every file it was in.
"""

import signal

signal.signal(signal.SIGINT, signal.SIG_DFL)
