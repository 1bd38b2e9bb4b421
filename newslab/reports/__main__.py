"""`python -m newslab.reports`: see `newslab.reports.driver`."""

import sys

from newslab.reports.driver import main

if __name__ == "__main__":  # a worker imports this module too
    sys.exit(main())
