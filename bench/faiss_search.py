"""One query at a time in FAISS's own Python module: python3 faiss_search.py SIZE DIMENSION K QUERIES."""

import json
import sys
import time

import faiss
import numpy

size, dimension, k, queries = map(int, sys.argv[1:])
faiss.omp_set_num_threads(1)


def unit(count):
    rows = numpy.random.default_rng(count).standard_normal((count, dimension), dtype="float32")
    return rows / numpy.linalg.norm(rows, axis=1, keepdims=True)


index = faiss.IndexFlatIP(dimension)
index.add(unit(size))
times = []
for query in unit(queries):
    since = time.perf_counter()
    index.search(query[None], k)
    times.append((time.perf_counter() - since) * 1000)
print(json.dumps({"p50Ms": round(sorted(times)[len(times) // 2], 2)}))
