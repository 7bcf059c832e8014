"""Let the tests of this folder, and the long run in `performance`, share the intruder and the children."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
