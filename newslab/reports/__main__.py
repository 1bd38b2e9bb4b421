"""`python -m newslab.reports`: see `newslab.reports.driver`."""

import sys

from newslab.reports.driver import main

if __name__ == "__main__":  # a worker imports this module too
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("stopped; the pages made so far stay")
