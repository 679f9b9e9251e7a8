import sys

from toolchain.language_host.server import main

sys.exit(main())
