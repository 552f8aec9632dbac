"""Reads saved pages with trafilatura, metadata on, and prints the CPU seconds without those of starting up.

`trafilatura_job.py FOLDER`
"""

import sys
import time
from pathlib import Path

import trafilatura


def main() -> None:
    pages = [path.read_bytes() for path in sorted(Path(sys.argv[1]).rglob("*.html"))]
    trafilatura.bare_extraction(pages[0], with_metadata=True)
    start = time.process_time()
    for page in pages:
        trafilatura.bare_extraction(page, with_metadata=True)
    print(time.process_time() - start)


if __name__ == "__main__":
    main()
