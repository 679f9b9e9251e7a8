"""`python -m authgate`."""

from authgate.cli import main

raise SystemExit(main())
