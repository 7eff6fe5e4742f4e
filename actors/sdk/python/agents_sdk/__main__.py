# SPDX-License-Identifier: Apache-2.0
"""`python -m agents_sdk check -- COMMAND…`"""

import sys

from .check.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
